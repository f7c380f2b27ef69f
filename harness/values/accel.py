"""How a guest's instructions are executed, and why that way was chosen."""

from dataclasses import dataclass
from enum import Enum

from harness.values.errors import UnknownNameError


class Accel(Enum):
    """QEMU's accelerators that we use."""

    TCG = "tcg"
    KVM = "kvm"

    def __str__(self) -> str:
        return self.value


class AccelChoice(Enum):
    """What the user asked for: `--accel`."""

    AUTO = "auto"
    KVM = "kvm"
    TCG = "tcg"

    @classmethod
    def parse(cls, text: str) -> "AccelChoice":
        for choice in cls:
            if choice.value == text:
                return choice
        raise UnknownNameError(f"unknown accelerator {text!r}", remedy="use auto, kvm or tcg")


@dataclass(frozen=True, slots=True)
class AccelProof:
    """The accelerator in use and the evidence for it, in one line."""

    accel: Accel
    reason: str

    def __str__(self) -> str:
        return f"{self.accel} ({self.reason})"

"""How the kernel executes a filter: the three settings of two sysctls, and nothing else."""

from dataclasses import dataclass
from enum import Enum

from harness.values.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class JitSysctls:
    """Values of net.core.bpf_jit_enable and net.core.bpf_jit_harden.

    Source: Documentation/admin-guide/sysctl/net.rst. bpf_jit_harden=2 blinds constants for
    all users; 1 would leave the privileged ones, which we are, unblinded.
    """

    enable: int
    harden: int


class Mode(Enum):
    """How a filter is executed."""

    INTERP = "interp"
    JIT = "jit"
    JIT_HARDEN = "jit-harden"

    def __str__(self) -> str:
        return self.value

    @property
    def sysctls(self) -> JitSysctls:
        return _SYSCTLS[self]

    @property
    def jits(self) -> bool:
        """Whether a filter loaded in this mode must come out as machine code."""
        return self.sysctls.enable != 0

    @classmethod
    def parse(cls, text: str) -> "Mode":
        """The mode of that name; raises UnknownNameError."""
        for mode in cls:
            if mode.value == text:
                return mode
        names = " ".join(mode.value for mode in cls)
        raise UnknownNameError(f"unknown mode {text!r}", remedy=f"use one of: {names}")


_SYSCTLS = {
    Mode.INTERP: JitSysctls(enable=0, harden=0),
    Mode.JIT: JitSysctls(enable=1, harden=0),
    Mode.JIT_HARDEN: JitSysctls(enable=1, harden=2),
}

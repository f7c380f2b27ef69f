"""What the runner asks of the kernel that verdicts are about, wherever it runs."""

from typing import Protocol

from harness.runner.known_features import KnownFeatures, NamedKernel, Processors
from harness.values.arch import Arch
from harness.values.feature import Feature
from harness.values.mode import Mode


class Tested(Protocol):
    """A Target, whose guests are ours, or a RemoteTarget, whose machine is not."""

    @property
    def arch(self) -> Arch: ...

    @property
    def kernel(self) -> NamedKernel: ...

    @property
    def hardware(self) -> Processors: ...

    @property
    def accel_name(self) -> str:
        """How it executes instructions, for records."""

    @property
    def qemu_version(self) -> str:
        """Empty where there is no QEMU of ours."""

    @property
    def words(self) -> tuple[str, ...]:
        """The options of `check` that name it."""

    @property
    def repeats_crashes(self) -> bool:
        """Whether a trial that crashed it may be made once more."""

    def owes(self, feature: Feature, mode: Mode) -> bool:
        """Whether it is the kernel's fault if its guests lack the feature in that mode."""

    def known_features(self) -> KnownFeatures: ...

    def versions(self) -> dict[str, str]:
        """What a guest of it is made of, for the folder of each."""

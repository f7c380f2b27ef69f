"""What trials of one case on different machines compare: facts as text, whoever gave them."""

from dataclasses import dataclass

from harness.values.mode import Mode


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that must be the same everywhere."""

    name: str
    """`retval`, `data out`, `table counts`."""

    value: str


Ballot = tuple[Fact, ...]
"""All facts of one trial; empty if it has no say."""


@dataclass(frozen=True, slots=True)
class Voter:
    """Who cast a ballot: one mode of one target."""

    arch: str
    kernel: str
    cpu: str
    mode: Mode

    @property
    def target(self) -> tuple[str, str, str]:
        return self.arch, self.kernel, self.cpu

    @property
    def implementation(self) -> str:
        """What really differs between voters: a JIT, or the interpreter on a kind of machine."""
        return f"{self.arch} {'JIT' if self.mode.jits else 'interpreter'}"

    def __str__(self) -> str:
        words = (self.arch, self.kernel, self.cpu, self.mode.value)
        return " ".join(word for word in words if word)

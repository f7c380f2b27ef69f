"""Outcomes and verdicts: what a trial comes to, with a reason and evidence."""

from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """Outcomes, worst first. The value is what records and reports say."""

    CRASHED = "CRASHED"
    """Splat, panic, hang, or a guest lost after the first operation."""

    FAILED = "FAILED"
    """The observation differs from the expectation."""

    BROKEN = "BROKEN"
    """Our side: no image, QEMU did not start, channel lost before the first operation."""

    UNSUPPORTED = "UNSUPPORTED"
    """A named feature, probed absent."""

    PASSED = "PASSED"

    def __str__(self) -> str:
        return self.value

    @property
    def badness(self) -> int:
        """0 for PASSED, growing towards CRASHED; for sorting and for picking the worst."""
        return len(Outcome) - 1 - list(Outcome).index(self)

    @property
    def is_bad_kernel(self) -> bool:
        """Whether this accuses the kernel (exit code 1)."""
        return self in (Outcome.CRASHED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome, a one-line reason, and the lines that prove it."""

    outcome: Outcome
    reason: str
    evidence: tuple[str, ...] = field(default=())
    feature: str = ""
    """UNSUPPORTED: the name of what is absent."""

    def __post_init__(self) -> None:
        if not self.reason or "\n" in self.reason:
            raise ValueError(f"a verdict needs a one-line reason, not {self.reason!r}")


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The worst of several verdicts, the first of equals; a trial without one is BROKEN."""
    if not verdicts:
        return Verdict(Outcome.BROKEN, "no verdict was reached")
    return max(verdicts, key=lambda verdict: verdict.outcome.badness)


def exit_code(outcomes: tuple[Outcome, ...]) -> int:
    """Process exit code of a run: 0 all passed, 1 kernel is bad, 3 infrastructure, 4 nothing ran.

    UNSUPPORTED neither passes nor fails; a run of nothing else ran nothing.
    """
    if any(outcome.is_bad_kernel for outcome in outcomes):
        return 1
    if Outcome.BROKEN in outcomes:
        return 3
    return 0 if Outcome.PASSED in outcomes else 4

"""Trials sorted into suites, as JUnit and KTAP want them. Keeps only what those two print."""

from dataclasses import dataclass

from harness.values.record import Record
from harness.values.verdict import Outcome


@dataclass(frozen=True, slots=True, order=True)
class SuiteName:
    """What the trials of a suite have in common."""

    group: str
    mode: str
    arch: str
    kernel: str
    cpu: str = ""

    def __str__(self) -> str:
        words = (self.group, self.mode, self.arch, self.kernel, self.cpu)
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class TestResult:
    """The final attempt at one trial."""

    case: str
    outcome: Outcome
    reason: str
    duration_s: float
    details: tuple[str, ...] = ()
    """Evidence and how to run it again; empty if it passed."""

    __test__ = False  # pytest collects classes by this name.


class Suites:
    """The final records of a run so far; attempts that were retried are left out."""

    def __init__(self) -> None:
        self._results: dict[SuiteName, list[TestResult]] = {}

    def add(self, record: Record) -> None:
        if record.final:
            name = SuiteName(record.group, record.mode, record.arch, record.kernel, record.cpu)
            self._results.setdefault(name, []).append(_shorten(record))

    def items(self) -> tuple[tuple[SuiteName, tuple[TestResult, ...]], ...]:
        """Suites and the cases in them, both by name: the same whatever ended first."""
        return tuple(
            (name, tuple(sorted(results, key=lambda result: result.case)))
            for name, results in sorted(self._results.items())
        )


def _shorten(record: Record) -> TestResult:
    verdict = record.verdict
    details: tuple[str, ...] = ()
    if verdict.outcome is not Outcome.PASSED:
        details = (*verdict.evidence, *(_trailer(record)))
    return TestResult(record.case, verdict.outcome, verdict.reason, record.duration_s, details)


def _trailer(record: Record) -> tuple[str, ...]:
    lines = [f"guest: guests/{record.guest}"] if record.guest else []
    if record.reproduce:
        lines.append(f"reproduce: {record.reproduce}")
    return tuple(lines)

"""What every kind of report can do, and several of them as one. Knows no format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from harness.values.errors import ReportError
from harness.values.record import Record


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What is known of a run as a whole, once it has ended."""

    started: datetime
    """With a time zone."""

    wall_s: float
    guests: int
    """Guests started, the replaced ones included."""

    accel: str
    """`kvm` or `tcg`, with the reason."""

    interrupted: bool = False
    """Ended by Ctrl-C, a signal or the wall-clock limit: some trials have no verdict."""

    notes: tuple[str, ...] = field(default=())
    """Further lines for people, such as where the kernel came from."""


class Report(Protocol):
    """One report of a run. Both methods raise ReportError if it cannot be written."""

    def add(self, record: Record) -> None:
        """Takes one attempt at one trial, as soon as it has ended."""

    def close(self, summary: RunSummary) -> None:
        """Completes the report. Called once, also when the run was interrupted."""


class Reports:
    """Several reports as one, none of which can take the others down.

    A report that fails is given up after one message; verdicts keep going to the rest.
    """

    def __init__(self, reports: Sequence[Report], complain: Callable[[ReportError], None]) -> None:
        self._reports = list(reports)
        self._complain = complain
        self._failures: list[ReportError] = []

    @property
    def failures(self) -> tuple[ReportError, ...]:
        return tuple(self._failures)

    def add(self, record: Record) -> None:
        self._each(lambda report: report.add(record))

    def close(self, summary: RunSummary) -> None:
        self._each(lambda report: report.close(summary))

    def exit_code(self, code: int) -> int:
        """The exit code of the run: 3 if a report is missing and nothing worse was to be said."""
        return ReportError.exit_code if self._failures and code in (0, 4) else code

    def _each(self, act: Callable[[Report], None]) -> None:
        for report in tuple(self._reports):
            try:
                act(report)
            except ReportError as error:
                self._reports.remove(report)
                self._failures.append(error)
                self._complain(error)

"""What JUnit and KTAP share: a file of suites, written as a whole each time.

At the end of the run and from time to time before, so that a killed run leaves a whole file too.
"""

import time
from abc import ABC, abstractmethod
from pathlib import Path

from harness.reports.files import write_whole
from harness.reports.renewal import Clock, Renewal
from harness.reports.report import RunSummary
from harness.reports.suite import Suites
from harness.values.record import Record

_RENEW_S = 30.0


class SuiteReport(ABC):
    """A report whose file has a suite for every group, mode, architecture and kernel."""

    def __init__(self, path: Path, clock: Clock = time.monotonic) -> None:
        self._path = path
        self._suites = Suites()
        self._renewal = Renewal(_RENEW_S, clock)

    @abstractmethod
    def _content(self, suites: Suites, summary: RunSummary | None) -> bytes:
        """The whole file; there is no summary while the run lasts."""

    def add(self, record: Record) -> None:
        self._suites.add(record)
        if self._renewal.due():
            self._write(None)

    def close(self, summary: RunSummary) -> None:
        self._write(summary)

    def _write(self, summary: RunSummary | None) -> None:
        write_whole(self._path, self._content(self._suites, summary))

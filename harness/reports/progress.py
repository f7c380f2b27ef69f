"""The progress of a run, as a person sees it: one line that changes, or a line now and then.

On a terminal a single line is rewritten; into a file go whole lines without control characters.
"""

import shutil
import time
from collections import Counter
from typing import Protocol, TextIO

from harness.reports.renewal import Clock, Renewal
from harness.reports.report import RunSummary
from harness.reports.text import one_line
from harness.values.record import Record
from harness.values.verdict import Outcome

_REWRITE_S = 0.1
_LINE_S = 10.0
_LINE_TRIALS = 100
_REASON_LIMIT = 200
_SAME_BROKEN = 3


class _Screen(Protocol):
    """Where progress goes: what was said stays, a status is replaced by the next."""

    def say(self, line: str) -> None: ...

    def show(self, status: str, *, now: bool) -> None: ...

    def clear(self) -> None: ...


class ProgressReport:
    """Tells every verdict that is not PASSED at once, and how far the run has come.

    `total` is the number of trials that will be run.
    """

    def __init__(
        self, stream: TextIO, total: int, clock: Clock = time.monotonic, width: int | None = None
    ) -> None:
        self._screen = _screen(stream, clock, width)
        self._total = total
        self._counts = dict.fromkeys(Outcome, 0)
        self._broken: Counter[str] = Counter()
        self._clock = clock
        self._started_s = clock()

    def add(self, record: Record) -> None:
        verdict = record.verdict
        if not record.final:
            self._screen.say(f"retried {_name(record)}: {one_line(verdict.reason, _REASON_LIMIT)}")
            return
        self._counts[verdict.outcome] += 1
        if verdict.outcome not in (Outcome.PASSED, Outcome.UNSUPPORTED):
            self._tell(record)
        self._screen.show(self._status(record), now=self._done == self._total)

    def close(self, summary: RunSummary) -> None:
        self._screen.clear()

    def expect(self, trials: int) -> None:
        """So many trials more will be run, or fewer if it is negative."""
        self._total += trials

    def say(self, line: str) -> None:
        """A line that stays."""
        self._screen.say(one_line(line))

    @property
    def _done(self) -> int:
        return sum(self._counts.values())

    def _tell(self, record: Record) -> None:
        """A target that cannot be run breaks a thousand trials for one reason: it is told a few."""
        verdict = record.verdict
        broken = verdict.outcome is Outcome.BROKEN
        self._broken[verdict.reason] += broken
        same = self._broken[verdict.reason]
        if broken and same > _SAME_BROKEN:
            return
        reason = one_line(verdict.reason, _REASON_LIMIT)
        self._screen.say(f"{verdict.outcome} {_name(record)}: {reason}")
        if broken and same == _SAME_BROKEN:
            self._screen.say("… more that are BROKEN for this reason are only counted")

    def _status(self, record: Record) -> str:
        counts = [f"{n} {outcome.value.lower()}" for outcome, n in self._counts.items() if n]
        elapsed_s = self._clock() - self._started_s
        return (
            f"[{self._done}/{self._total}] {', '.join(counts)} · {elapsed_s:.0f} s · "
            f"{one_line(record.case)}"
        )


class _Terminal:
    """Rewrites its last line, at most ten times a second."""

    def __init__(self, stream: TextIO, clock: Clock, width: int | None) -> None:
        self._stream = stream
        self._width = width
        self._renewal = Renewal(_REWRITE_S, clock)

    def say(self, line: str) -> None:
        self._write(f"\r\x1b[K{line}\n")

    def show(self, status: str, *, now: bool) -> None:
        if self._renewal.due() or now:
            width = self._width or shutil.get_terminal_size().columns
            self._write(f"\r\x1b[K{one_line(status, width - 1)}")

    def clear(self) -> None:
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class _LineLog:
    """Writes a status every ten seconds or hundred trials."""

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        self._stream = stream
        self._renewal = Renewal(_LINE_S, clock)
        self._unseen = 0

    def say(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def show(self, status: str, *, now: bool) -> None:
        self._unseen += 1
        if self._renewal.due() or now or self._unseen >= _LINE_TRIALS:
            self._unseen = 0
            self.say(status)

    def clear(self) -> None:
        """Nothing of it is in the way."""


def _screen(stream: TextIO, clock: Clock, width: int | None) -> _Screen:
    return _Terminal(stream, clock, width) if stream.isatty() else _LineLog(stream, clock)


def _name(record: Record) -> str:
    return one_line(f"{record.case} [{record.mode}, {record.arch}, {record.kernel}]")

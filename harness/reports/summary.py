"""The summary at the end of a run: counts by group and mode, and every trial that did not pass."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from harness.reports.last_lines import last_lines, print_and_keep
from harness.reports.problem import shown_evidence
from harness.reports.report import RunSummary
from harness.reports.text import one_line
from harness.values.record import Record
from harness.values.verdict import Outcome

_LISTED = 200
"""Trials that are listed one by one; results.jsonl has all of them."""

_NAMED = 3
"""Cases that are named of those that were UNSUPPORTED for one reason."""

_WIDTH = 100
"""Of the lists of events and tables."""

_JOINED = "\0"

_ROW = tuple[str, str, str, str]


class SummaryReport:
    """Prints the summary to a stream and, if given a path, keeps it there too."""

    def __init__(self, stream: TextIO, path: Path | None = None) -> None:
        self._stream = stream
        self._path = path
        self._counts: dict[_ROW, Counter[Outcome]] = {}
        self._bad: dict[Outcome, list[Record]] = {outcome: [] for outcome in Outcome}
        self._absent: dict[tuple[str, str, str], _Absent] = {}
        self._retried = 0
        self._subjects = {"events": _Subjects(), "tables": _Subjects()}

    def add(self, record: Record) -> None:
        if not record.final:
            self._retried += 1
            return
        outcome = record.verdict.outcome
        row = (record.group, record.mode, record.arch, record.kernel)
        self._counts.setdefault(row, Counter())[outcome] += 1
        self._subjects["events"].add(record.events, outcome)
        self._subjects["tables"].add(record.tables, outcome)
        if outcome is Outcome.UNSUPPORTED:
            why = (record.verdict.reason, record.arch, record.kernel)
            self._absent.setdefault(why, _Absent()).add(record)
        elif outcome is not Outcome.PASSED and len(self._bad[outcome]) < _LISTED:
            self._bad[outcome].append(record)

    def close(self, summary: RunSummary) -> None:
        lines = [
            *self._problems(),
            *self._table(),
            *self._about(),
            *last_lines(summary, self._retried),
        ]
        print_and_keep(self._stream, self._path, lines)

    def _problems(self) -> Iterator[str]:
        """Every trial that did not pass, worst first, with what proves it."""
        totals = self._totals()
        for outcome in (Outcome.CRASHED, Outcome.FAILED, Outcome.BROKEN):
            for records in _by_reason(self._bad[outcome]):
                yield from _problem(records)
            if more := totals[outcome] - len(self._bad[outcome]):
                yield f"… and {more} more {outcome} in results.jsonl"
                yield ""
        for (reason, arch, _), absent in self._absent.items():
            yield from absent.lines(reason, arch)

    def _table(self) -> Iterator[str]:
        """Counts by group and mode; kernel and architecture only where there are several."""
        if not self._counts:
            yield "no trial was run"
            return
        several = len({row[2:] for row in self._counts}) > 1
        columns = 4 if several else 2
        head = ("group", "mode", "arch", "kernel")[:columns]
        outcomes = [outcome for outcome in Outcome if self._totals()[outcome]]
        rows = [(*head, *(outcome.value.lower() for outcome in outcomes))]
        for row, counts in sorted(self._counts.items(), key=_worst_first):
            rows.append((*row[:columns], *(str(counts[outcome] or "-") for outcome in outcomes)))
        totals = ("total", *("" for _ in head[1:]), *(str(self._totals()[o]) for o in outcomes))
        yield from _align([*rows, totals], columns)
        if not several:
            arch, kernel = next(iter(self._counts))[2:]
            yield f"kernel {one_line(kernel)} on {one_line(arch)}"

    def _about(self) -> Iterator[str]:
        """How many trials there were of each kind of event, and of each type of table."""
        for noun, subjects in self._subjects.items():
            yield from subjects.lines(noun)

    def _totals(self) -> Counter[Outcome]:
        totals: Counter[Outcome] = Counter()
        for counts in self._counts.values():
            totals.update(counts)
        return totals


class _Absent:
    """Trials that were UNSUPPORTED for one reason on one kernel."""

    def __init__(self) -> None:
        self._modes: dict[str, list[str]] = {}

    def add(self, record: Record) -> None:
        self._modes.setdefault(record.case, []).append(record.mode)

    def lines(self, reason: str, arch: str) -> Iterator[str]:
        """The reason, and as many of the cases as show what is meant."""
        modes = dict.fromkeys(mode for found in self._modes.values() for mode in found)
        cases = list(self._modes)
        what = one_line(cases[0]) if len(cases) == 1 else f"{len(cases)} cases"
        yield f"{Outcome.UNSUPPORTED} {what} [{', '.join(modes)}; {arch}]"
        yield f"  {one_line(reason)}"
        if len(cases) > 1:
            yield from (f"    {one_line(case)}" for case in cases[:_NAMED])
        if len(cases) > _NAMED:
            yield f"    … and {len(cases) - _NAMED} more"
        yield ""


class _Subjects:
    """Trials by what they were about, each name with its outcomes."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Outcome]] = {}

    def add(self, names: tuple[str, ...], outcome: Outcome) -> None:
        for name in names:
            self._counts.setdefault(name, Counter())[outcome] += 1

    def lines(self, noun: str) -> list[str]:
        """`events: fentry 12, kprobe 45 (3 failed)`, folded."""
        if not self._counts:
            return []
        # No line ends between a name and its number.
        said = [_said(name, counts) for name, counts in sorted(self._counts.items())]
        text = ", ".join(words.replace(" ", _JOINED) for words in said)
        folded = textwrap.wrap(
            f"{noun}: {text}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False
        )
        return [line.replace(_JOINED, " ") for line in folded]


def _said(name: str, counts: Counter[Outcome]) -> str:
    others = [
        f"{counts[outcome]} {outcome.value.lower()}"
        for outcome in Outcome
        if outcome is not Outcome.PASSED and counts[outcome]
    ]
    return f"{name} {counts.total()}" + (f" ({', '.join(others)})" if others else "")


def _worst_first(item: tuple[_ROW, Counter[Outcome]]) -> tuple[list[int], _ROW]:
    row, counts = item
    return [-counts[outcome] for outcome in Outcome if outcome is not Outcome.PASSED], row


def _by_reason(records: list[Record]) -> list[list[Record]]:
    """Records that differ in nothing but the mode, together."""
    together: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        key = (record.case, record.arch, record.kernel, record.verdict.reason)
        together.setdefault(key, []).append(record)
    return list(together.values())


def _problem(records: list[Record]) -> Iterator[str]:
    """What is to be said of one case; the rest of it is the same in all modes given."""
    record = records[0]
    verdict = record.verdict
    modes = ", ".join(record.mode for record in records)
    yield f"{verdict.outcome} {one_line(record.case)} [{modes}; {record.arch}]"
    yield f"  {one_line(verdict.reason)}"
    yield from (f"  | {line}" for line in shown_evidence(verdict))
    guests = dict.fromkeys(f"guests/{record.guest}" for record in records if record.guest)
    if guests:
        yield f"  guest: {' '.join(guests)}"
    if record.reproduce:
        yield f"  reproduce: {one_line(record.reproduce)}"
    yield ""


def _align(rows: list[tuple[str, ...]], text_columns: int) -> Iterator[str]:
    """Text columns to the left, counts to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.ljust(width) if column < text_columns else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()

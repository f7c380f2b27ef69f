"""The summary of a run over many targets: one table, what did not pass, what is unsupported where.

The same failure on many targets is told once; what a kernel lacks is counted by its name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from harness.reports.last_lines import last_lines, print_and_keep
from harness.reports.matrix_table import Block, Column, format_block, legend
from harness.reports.problem import shown_evidence
from harness.reports.report import RunSummary
from harness.reports.text import one_line
from harness.values.arch import ARCHES
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome

_LISTED = 200
"""Problems that are listed one by one; results.jsonl has all of them."""

_MANY = 4
"""So many cases with one and the same reason are one problem: that of their target."""

_TITLE_LIMIT = 24
_REASON_LIMIT = 100

_ARCHES = tuple(arch.name for arch in ARCHES)
_TEXT_AND_NUMBER = re.compile(r"(\D*)(\d*)")

# What the record of a vote has in place of a mode.
_VOTE = "vote"
_MODES = (*(mode.value for mode in Mode), _VOTE)


@dataclass(slots=True)
class _Problem:
    """Trials that came to the same, with the first of them."""

    first: Record
    cases: set[str] = field(default_factory=set)
    where: dict[str, dict[str, None]] = field(default_factory=dict)
    """Modes by target."""

    def add(self, record: Record) -> None:
        self.cases.add(record.case)
        self.where.setdefault(_target(record), {})[record.mode] = None

    @property
    def places(self) -> str:
        """Targets and modes in the order of the table, whichever came first."""
        targets = sorted(self.where, key=_place)
        return "; ".join(
            " ".join((target, *(mode for mode in _MODES if mode in self.where[target])))
            for target in targets
        )


class MatrixReport:
    """Prints the summary to a stream and, if given a path, keeps it there too."""

    def __init__(self, stream: TextIO, path: Path | None = None) -> None:
        self._stream = stream
        self._path = path
        self._blocks: dict[str, dict[tuple[str, str, str], Counter[Outcome]]] = {}
        self._releases: dict[str, dict[str, None]] = {}
        self._problems: dict[tuple[str, ...], _Problem] = {}
        self._lacking: dict[str, Counter[str]] = {}
        self._totals: Counter[Outcome] = Counter()
        self._retried = 0

    def add(self, record: Record) -> None:
        if not record.final:
            self._retried += 1
            return
        verdict = record.verdict
        self._totals[verdict.outcome] += 1
        title = _title(record)
        key = (record.group, title, record.mode)
        self._blocks.setdefault(record.arch, {}).setdefault(key, Counter())[verdict.outcome] += 1
        # Neither a vote nor a target that could not be prepared has a release.
        if record.mode != _VOTE and record.kernel != title:
            self._releases.setdefault(title, {})[f"{record.arch} {record.kernel}"] = None
        if verdict.outcome is Outcome.UNSUPPORTED:
            name = verdict.feature or one_line(verdict.reason, _REASON_LIMIT)
            self._lacking.setdefault(name, Counter())[_target(record)] += 1
        elif verdict.outcome is not Outcome.PASSED:
            same = (verdict.outcome.value, record.case, verdict.reason)
            if same not in self._problems:
                self._problems[same] = _Problem(replace(record, verifier_log="", ballot=()))
            self._problems[same].add(record)

    def close(self, summary: RunSummary) -> None:
        found = (*self._list_problems(), *self._table(), *self._unsupported())
        lines = [*found, self._count(), *last_lines(summary, self._retried)]
        print_and_keep(self._stream, self._path, lines)

    def _list_problems(self) -> Iterator[str]:
        """Worst first; of each kind so many that the table stays in sight."""
        for outcome in Outcome:
            problems = [p for p in self._problems.values() if p.first.verdict.outcome is outcome]
            listed = list(_together(problems))
            for problem in listed[:_LISTED]:
                yield from _tell(problem)
            if len(listed) > _LISTED:
                yield f"… and {len(listed) - _LISTED} more {outcome} in results.jsonl"
                yield ""

    def _table(self) -> Iterator[str]:
        if not self._blocks:
            yield "no trial was run"
            return
        groups = sorted({key[0] for counts in self._blocks.values() for key in counts})
        for arch, counts in sorted(self._blocks.items(), key=lambda item: _row(item[0])):
            titles = sorted({key[1] for key in counts}, key=_natural)
            columns = tuple(
                Column(title, tuple(m for m in _MODES if any(k[1:] == (title, m) for k in counts)))
                for title in titles
            )
            yield from format_block(Block(arch, columns, counts), groups)
        yield legend(self._totals)
        for title in sorted(self._releases, key=_natural):
            yield from _wrapped(sorted(self._releases[title], key=_place), head=f"{title} is")
        yield ""

    def _unsupported(self) -> Iterator[str]:
        """By the name of what is absent, the most wanted first."""
        if not self._lacking:
            return
        yield "unsupported, by what the kernel lacks:"
        for name, targets in sorted(self._lacking.items(), key=lambda item: -item[1].total()):
            yield f"  {name}: {targets.total()}"
            words = [f"{target} {targets[target]}" for target in sorted(targets, key=_place)]
            yield from _wrapped(words, head="   ")
        yield ""

    def _count(self) -> str:
        counts = [f"{self._totals[o]} {o.value.lower()}" for o in Outcome if self._totals[o]]
        return f"{self._totals.total()} trials: {', '.join(counts) or 'none'}"


def _row(arch: str) -> int:
    """Its place in the table of architectures; a vote's records come after all of them."""
    return _ARCHES.index(arch) if arch in _ARCHES else len(_ARCHES)


def _place(target: str) -> tuple[int, list[tuple[str, int]]]:
    """Where `ARCH KERNEL` stands in the table."""
    arch, _, title = target.partition(" ")
    return _row(arch), _natural(title)


def _natural(title: str) -> list[tuple[str, int]]:
    """debian:5.10, debian:6.1, debian:6.12: numbers by their size."""
    return [(text, int(part or 0)) for text, part in _TEXT_AND_NUMBER.findall(title)]


def _title(record: Record) -> str:
    """The kernel as the user named it, unless that is a long path."""
    named = record.kernel_source.partition(" (")[0]
    kernel = named if len(named) <= _TITLE_LIMIT else record.kernel
    return one_line(f"{kernel} {record.cpu}".strip())


def _target(record: Record) -> str:
    return f"{record.arch} {_title(record)}"


def _together(problems: Iterable[_Problem]) -> Iterator[_Problem]:
    """Cases that came to the same for the same reason in the same place, as one problem."""
    same: dict[tuple[str, str], list[_Problem]] = {}
    for problem in problems:
        same.setdefault((problem.first.verdict.reason, problem.places), []).append(problem)
    for together in same.values():
        if len(together) < _MANY:
            yield from together
            continue
        whole = _Problem(together[0].first, where=together[0].where)
        whole.cases.update(*(problem.cases for problem in together))
        yield whole


def _tell(problem: _Problem) -> Iterator[str]:
    record = problem.first
    outcome = record.verdict.outcome
    what = one_line(record.case)
    if len(problem.cases) > 1:
        what = f"{len(problem.cases)} cases, {what} first"
    yield f"{outcome} {what} [{problem.places}]"
    yield f"  {one_line(record.verdict.reason)}"
    yield from (f"  | {line}" for line in shown_evidence(record.verdict))
    if record.guest:
        yield f"  guest: guests/{record.guest}"
    if record.reproduce:
        yield f"  reproduce: {one_line(record.reproduce)}"
    yield ""


def _wrapped(words: list[str], *, head: str, width: int = 140) -> Iterator[str]:
    """Words after a head, joined by commas, on as many lines as it takes."""
    line = head
    for number, word in enumerate(words):
        mark = "," if number + 1 < len(words) else ""
        if len(line) + len(word) + 2 > width:
            yield line
            line = " " * min(len(head), 4)
        line += f" {word}{mark}"
    yield line

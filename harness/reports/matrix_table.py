"""The table of a run over many targets as lines of text: a block for each architecture.

Knows how counts become cells and columns; knows nothing of records.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.values.verdict import Outcome

WIDTH = 160

_LETTERS = {
    Outcome.CRASHED: "C",
    Outcome.FAILED: "F",
    Outcome.BROKEN: "B",
    Outcome.UNSUPPORTED: "U",
}
_NONE = "-"
_TOTAL = "all"
_GAP = "  "
_WIDE_GAP = "   "


@dataclass(frozen=True, slots=True)
class Column:
    """A kernel (and CPU model) of one architecture, and the modes that were run on it."""

    title: str
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One architecture: a column for each kernel and mode, a row for each group."""

    title: str
    columns: tuple[Column, ...]
    counts: Mapping[tuple[str, str, str], Counter[Outcome]]
    """By group, title of the column, mode."""


def format_cell(counts: Counter[Outcome]) -> str:
    """How many passed, and after it how many did not, worst first.

    >>> format_cell(Counter({Outcome.PASSED: 1198, Outcome.FAILED: 2}))
    '1198+2F'
    """
    parts = [
        f"{counts[outcome]}{letter}" for outcome, letter in _LETTERS.items() if counts[outcome]
    ]
    if counts[Outcome.PASSED]:
        parts.insert(0, str(counts[Outcome.PASSED]))
    return "+".join(parts) or _NONE


def format_block(block: Block, groups: Sequence[str], *, width: int = WIDTH) -> Iterator[str]:
    """The lines of a block; kernels that do not fit beside each other go below each other."""
    rows = (*groups, _TOTAL)
    margin = max(len(word) for word in (*rows, block.title))
    parts: list[list[list[str]]] = [[]]
    used = margin
    for column in block.columns:
        lines = _column_lines(block, column, rows)
        needed = len(_WIDE_GAP) + len(lines[0])
        if parts[-1] and used + needed > width:
            parts.append([])
            used = margin
        parts[-1].append(lines)
        used += needed
    for part in parts:
        heads = (block.title, "", *rows)
        for number, head in enumerate(heads):
            cells = (lines[number] for lines in part)
            yield _WIDE_GAP.join((head.ljust(margin), *cells)).rstrip()
        yield ""


def legend(totals: Counter[Outcome]) -> str:
    """What the letters in the table mean, of which there are some."""
    words = [
        f"{letter} {outcome.value.lower()}"
        for outcome, letter in _LETTERS.items()
        if totals[outcome]
    ]
    return ", ".join((*words, f"{_NONE} nothing to run"))


def _column_lines(block: Block, column: Column, rows: Sequence[str]) -> list[str]:
    """Title, modes, then a line for each row: all of the same length."""
    columns = []
    for mode in column.modes:
        counts = [_counts(block, row, column.title, mode) for row in rows]
        cells = [mode, *map(format_cell, counts)]
        size = max(map(len, cells))
        columns.append([cell.rjust(size) for cell in cells])
    lines = [_GAP.join(cells) for cells in zip(*columns, strict=True)]
    size = max(len(column.title), len(lines[0]))
    return [column.title.ljust(size), *(line.ljust(size) for line in lines)]


def _counts(block: Block, row: str, title: str, mode: str) -> Counter[Outcome]:
    if row != _TOTAL:
        return block.counts.get((row, title, mode), Counter())
    total: Counter[Outcome] = Counter()
    for (_, of_column, of_mode), counts in block.counts.items():
        if (of_column, of_mode) == (title, mode):
            total.update(counts)
    return total

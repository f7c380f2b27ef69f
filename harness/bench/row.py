"""One measured figure beside its bar."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    bar: str
    detail: str


def format_rows(rows: Iterable[Row]) -> list[str]:
    """The rows under a heading, in aligned columns."""
    cells = [("what", "measured", "bar", "from")]
    cells += [(row.what, row.measured, row.bar, row.detail) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]

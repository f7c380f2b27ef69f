"""Rows as text with aligned columns."""

from collections.abc import Iterable


def format_table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """The rows as lines with aligned columns."""
    table = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]

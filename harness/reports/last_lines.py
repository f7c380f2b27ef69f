"""How the summary of a run ends, and where it goes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from harness.reports.files import write_whole
from harness.reports.report import RunSummary


def last_lines(summary: RunSummary, retried: int) -> Iterator[str]:
    """What the run took, its notes, and whether it came to its end."""
    again = f", {retried} attempts retried" if retried else ""
    guests = "1 guest" if summary.guests == 1 else f"{summary.guests} guests"
    yield f"{summary.wall_s:.1f} s, {guests}, {summary.accel}{again}"
    yield from summary.notes
    if summary.interrupted:
        yield "interrupted: the trials that had not ended have no verdict"


def print_and_keep(stream: TextIO, path: Path | None, lines: Iterable[str]) -> None:
    """To the stream, and if there is a path, there too; raises ReportError."""
    text = "".join(f"{line}\n" for line in lines)
    stream.write(text)
    stream.flush()
    if path is not None:
        write_whole(path, text.encode("utf-8", "replace"))

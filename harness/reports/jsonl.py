"""results.jsonl: one object a trial, written as it ends; and the reader for later tools."""

from dataclasses import dataclass
from pathlib import Path

from harness.reports.files import LineFile, write_whole, writing
from harness.reports.json_record import LogReference, parse_record, write_record
from harness.reports.report import RunSummary
from harness.values.errors import ReportError
from harness.values.record import Record

_INLINE_LOG = 16 * 1024
"""Characters of a verifier log that stay in the line; a longer one gets a file."""

_LINE_LIMIT = 8 << 20
"""Bytes of one line that are read; no line of ours comes near."""


class JsonlReport:
    """Appends one line a record. Long verifier logs go to files in `logs`, named in the line."""

    def __init__(self, path: Path, logs: Path) -> None:
        self._file = LineFile(path)
        self._logs = logs
        self._count = 0

    def add(self, record: Record) -> None:
        self._count += 1
        self._file.write_line(write_record(record, self._set_aside(record)))

    def close(self, summary: RunSummary) -> None:
        self._file.close()

    def _set_aside(self, record: Record) -> LogReference | None:
        log = record.verifier_log
        if len(log) <= _INLINE_LOG:
            return None
        path = self._logs / f"{self._count:06}.log"
        with writing(path):
            self._logs.mkdir(exist_ok=True)
        write_whole(path, log.encode("utf-8", "replace"))
        return LogReference(f"{self._logs.name}/{path.name}", log[-_INLINE_LOG:])


@dataclass(frozen=True, slots=True)
class Results:
    """What was read from a results.jsonl."""

    records: tuple[Record, ...]
    torn: bool
    """The last line has no end: the run that wrote it was killed, or still writes."""


def read_results(path: Path) -> Results:
    """The records of a results.jsonl, without a torn last line.

    Raises ReportError for a file that cannot be read or a line that is not a record.
    """
    records: list[Record] = []
    try:
        with path.open("rb") as file:
            while (line := file.readline(_LINE_LIMIT)).endswith(b"\n"):
                records.append(_parse(path, len(records) + 1, line))
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror}") from error
    if len(line) == _LINE_LIMIT:
        raise ReportError(f"{path}, line {len(records) + 1} is longer than {_LINE_LIMIT} bytes")
    return Results(tuple(records), torn=bool(line))


def _parse(path: Path, number: int, line: bytes) -> Record:
    try:
        return parse_record(line.decode("utf-8"))
    except ValueError as error:
        raise ReportError(f"{path}, line {number} is not a record: {error}") from None

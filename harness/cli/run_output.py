"""What filters say while `bpf-harness run` watches them: trace lines, records, tables, on stdout.

As text for people, or with --json as one JSON object a line for programs.
"""

import json
import sys
from collections.abc import Iterable, Sequence

from harness.guest.filters import LoadedObject
from harness.guest.guest import Guest
from harness.guest.trace import TraceLine
from harness.reports.record_text import format_record, json_record
from harness.reports.table_text import format_table, json_entries
from harness.reports.text import scrub
from harness.values.arch import ByteOrder
from harness.values.errors import RefusedError
from harness.values.table_row import Operation
from harness.values.table_rows import TABLE_ROWS
from harness.values.table_spec import TableOrigin, TableSpec

# Tables that libbpf makes for itself: what a kernel is configured for, and where the arguments of
# static tracepoints are (usdt.bpf.h).
_OF_LIBBPF = (".kconfig", "__bpf_usdt_specs", "__bpf_usdt_ip_to_spec_id")


class RunOutput:
    """The trace and all rings and perf buffers of one object, from start to stop."""

    def __init__(
        self,
        guest: Guest,
        loaded: LoadedObject,
        specs: Sequence[TableSpec],
        byte_order: ByteOrder,
        *,
        as_json: bool,
    ) -> None:
        """`specs` are the object's own, which know the types."""
        self._specs = {spec.name: spec for spec in specs}
        self._loaded = loaded
        self._order = byte_order
        self._as_json = as_json
        self._trace = guest.trace()
        self._streams = {
            name: guest.stream(table)
            for name, table in loaded.tables.items()
            if has_records(table.spec)
        }

    def wait(self, seconds: float) -> None:
        """Print what comes within that time, and return after the first of it."""
        lines = self._trace.wait(seconds)
        self._print_lines(lines)
        self._print_records()

    def stop(self) -> None:
        """Print all that was written before this call, and what was lost of it."""
        self._print_lines(self._trace.stop())
        if self._trace.dropped:
            _say(f"{self._trace.dropped} trace lines were lost: more came than could be kept")
        for name, stream in self._streams.items():
            stream.finish()
            self._print_records()
            if lost := stream.lost + stream.dropped:
                _say(f"{lost} records of table {name} were lost: more came than could be kept")

    def print_iterators(self) -> None:
        """What each iterator prints when it is read once; their links are still there."""
        for name, entry in self._loaded.filters.items():
            for link in entry.links:
                if link.event.row.reads:
                    self._write_iterated(name, link.read().splitlines())

    def _write_iterated(self, name: str, lines: Sequence[str]) -> None:
        if self._as_json:
            _write(json.dumps({"iterator": name, "line": line}) for line in lines)
        else:
            _write(scrub(line) for line in lines)

    def print_tables(self) -> None:
        """All entries of all tables that can be listed, but for constants and libbpf's own."""
        for name, table in self._loaded.tables.items():
            spec = self._specs.get(name, table.spec)
            if spec.origin is TableOrigin.RODATA or has_records(spec) or name in _OF_LIBBPF:
                continue
            try:
                entries = table.dump()
            except RefusedError:
                _say(f"table {name} ({spec.type_name}) has no entries that can be listed")
                continue
            show = json_entries if self._as_json else format_table
            _write(show(spec, entries, self._order))

    def _print_lines(self, lines: Sequence[TraceLine]) -> None:
        texts = (line.text.strip() for line in lines)
        if self._as_json:
            _write(json.dumps({"trace": text}) for text in texts)
        else:
            _write(scrub(text) for text in texts)

    def _print_records(self) -> None:
        for name, stream in self._streams.items():
            for cpu, records in stream.by_cpu():
                self._write_records(name, cpu, records)

    def _write_records(self, name: str, cpu: int | None, records: Sequence[bytes]) -> None:
        spec = self._specs.get(name, self._loaded.tables[name].spec)
        if self._as_json:
            _write(json_record(spec, cpu, record, self._order) for record in records)
        else:
            _write(format_record(spec, record, self._order) for record in records)


def has_records(spec: TableSpec) -> bool:
    """Whether a table is read as a stream."""
    return spec.type < len(TABLE_ROWS) and TABLE_ROWS[spec.type].has(Operation.CONSUME)


def _write(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"bpf-harness: {text}\n")

"""Records of rings and perf buffers as text for people, and as JSON lines for programs."""

import json

from harness.reports.text import scrub
from harness.reports.typed_text import format_shown
from harness.values.arch import ByteOrder
from harness.values.shape import Shown, read_shape
from harness.values.table_spec import TableSpec

_PERF_BUFFER = "perf_event_array"

# Of a record without a type; programs get all of it.
_MAX_BYTES = 1024


def format_record(spec: TableSpec, record: bytes, byte_order: ByteOrder) -> str:
    """`record of ring: {.pid = 1, .comm = "init"}`; bytes in hex if no type fits them."""
    head = f"record of {scrub(spec.name)}: "
    if spec.record_shape is None:
        return head + _hex(record)
    if not _fits(spec, record):
        return f"{head}{_hex(record)} ({scrub(_misfit(spec, record))})"
    return head + format_shown(_show(spec, record, byte_order))


def json_record(spec: TableSpec, cpu: int | None, record: bytes, byte_order: ByteOrder) -> str:
    """An object: table, cpu, record by name or as hex, and `error` if its type does not fit."""
    what: dict[str, Shown] = {"table": spec.name, "cpu": cpu}
    if spec.record_shape is not None and _fits(spec, record):
        what["record"] = _show(spec, record, byte_order)
    else:
        what["record"] = record.hex()
        if spec.record_shape is not None:
            what["error"] = _misfit(spec, record)
    return json.dumps(what, ensure_ascii=True)


def _fits(spec: TableSpec, record: bytes) -> bool:
    """A record of a perf buffer ends in null bytes, up to a length of 8 n + 4."""
    assert spec.record_shape is not None
    size = spec.record_shape.size
    return len(record) == ((size + 11) // 8 * 8 - 4 if spec.type_name == _PERF_BUFFER else size)


def _show(spec: TableSpec, record: bytes, byte_order: ByteOrder) -> Shown:
    assert spec.record_shape is not None
    return read_shape(spec.record_shape, record[: spec.record_shape.size], byte_order)


def _misfit(spec: TableSpec, record: bytes) -> str:
    assert spec.record_shape is not None
    return f"{len(record)} bytes, {spec.record_type} has {spec.record_shape.size}"


def _hex(record: bytes) -> str:
    shown = record[:_MAX_BYTES].hex() or "nothing"
    left = len(record) - _MAX_BYTES
    return f"{shown} … and {left} bytes more" if left > 0 else shown

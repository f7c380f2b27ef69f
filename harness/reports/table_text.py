"""Tables as text for people, and as JSON lines for programs: by name where types are known."""

import json
from collections.abc import Iterator, Sequence

from harness.reports.text import scrub
from harness.reports.typed_text import format_shown
from harness.values.arch import ByteOrder
from harness.values.shape import Shape, Shown, Word, read_shape
from harness.values.table_spec import TableSpec

_NUMBER_SIZES = (1, 2, 4, 8)
_MAX_ENTRIES = 1000


def format_table(
    spec: TableSpec, entries: Sequence[tuple[bytes, bytes]], byte_order: ByteOrder
) -> Iterator[str]:
    """The lines of one table: a heading, then an entry a line."""
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    yield scrub(f"table {spec.name} ({spec.type_name}, {count})")
    for key, value in entries[:_MAX_ENTRIES]:
        shown = [format_shown(each) for each in _values(spec, value, byte_order)]
        name = format_shown(_show(spec.key_shape, key, byte_order))
        yield f"  {name} = {' | '.join(shown)}"
    if len(entries) > _MAX_ENTRIES:
        yield f"  … and {len(entries) - _MAX_ENTRIES} more"


def json_entries(
    spec: TableSpec, entries: Sequence[tuple[bytes, bytes]], byte_order: ByteOrder
) -> Iterator[str]:
    """A JSON object for each entry, all of them: table, type, key, and value or values.

    A per-CPU table has `values`, a list in the order of the CPUs. Numbers are as large as they
    are in C, also beyond what a double holds.
    """
    for key, value in entries:
        shown = _values(spec, value, byte_order)
        what = {"values": shown} if spec.per_cpu else {"value": shown[0]}
        name = _show(spec.key_shape, key, byte_order)
        yield json.dumps(
            {"table": spec.name, "type": spec.type_name, "key": name, **what}, ensure_ascii=True
        )


def _values(spec: TableSpec, value: bytes, byte_order: ByteOrder) -> list[Shown]:
    """One value, or one for each CPU."""
    if not spec.per_cpu:
        return [_show(spec.value_shape, value, byte_order)]
    step = (spec.value_size + 7) // 8 * 8
    return [
        _show(spec.value_shape, value[start : start + spec.value_size], byte_order)
        for start in range(0, len(value), step)
    ]


def _show(shape: Shape | None, data: bytes, byte_order: ByteOrder) -> Shown:
    """As the type says; without one a number where the size is a number's, hex where it is not."""
    if shape is not None and shape.size == len(data):
        return read_shape(shape, data, byte_order)
    if len(data) in _NUMBER_SIZES:
        return int.from_bytes(data, byte_order.value)
    return Word(data.hex() or "nothing")

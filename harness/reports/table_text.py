"""Tables as text for people: numbers where the size is a number's, hex where it is not."""

from collections.abc import Iterator, Sequence

from harness.values.arch import ByteOrder
from harness.values.table_spec import TableSpec

_NUMBER_SIZES = (1, 2, 4, 8)
_MAX_ENTRIES = 1000


def format_table(
    spec: TableSpec, entries: Sequence[tuple[bytes, bytes]], byte_order: ByteOrder
) -> Iterator[str]:
    """The lines of one table: a heading, then an entry a line."""
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    yield f"table {spec.name} ({spec.type_name}, {count})"
    for key, value in entries[:_MAX_ENTRIES]:
        yield f"  {_show(key, byte_order)} = {_show_value(spec, value, byte_order)}"
    if len(entries) > _MAX_ENTRIES:
        yield f"  … and {len(entries) - _MAX_ENTRIES} more"


def _show_value(spec: TableSpec, value: bytes, byte_order: ByteOrder) -> str:
    """One value, or one for each CPU."""
    if not spec.per_cpu:
        return _show(value, byte_order)
    step = (spec.value_size + 7) // 8 * 8
    values = [value[start : start + spec.value_size] for start in range(0, len(value), step)]
    return " | ".join(_show(one, byte_order) for one in values)


def _show(data: bytes, byte_order: ByteOrder) -> str:
    if len(data) in _NUMBER_SIZES:
        return str(int.from_bytes(data, byte_order.value))
    return data.hex() or "nothing"

"""Types of an object, read as shapes, and what bytes of a guest are by them."""

import json
import struct

import pytest

from harness.formats.object_file import read_object
from harness.reports.table_text import format_table, json_entries
from harness.reports.typed_text import format_shown
from harness.values.arch import ByteOrder
from harness.values.shape import (
    Array,
    Float,
    Number,
    Opaque,
    Part,
    Shape,
    Shown,
    Structure,
    Text,
    Word,
    read_shape,
)
from harness.values.table_spec import TableSpec
from tests.recorded_files import recorded_object

LITTLE, BIG = ByteOrder.LITTLE, ByteOrder.BIG
OBJECTS = {LITTLE: "typed.o", BIG: "typed.big.o"}
ORDERS = list(OBJECTS)


def tables(order: ByteOrder) -> dict[str, TableSpec]:
    return {table.name: table for table in read_object(recorded_object(OBJECTS[order])).tables}


def value(order: ByteOrder) -> bytes:
    """struct value as a compiler lays it out; bit fields count from the machine's own end."""
    mark = "<" if order is LITTLE else ">"
    bits = bytes((17 << 3 | 5, 0x0E)) if order is LITTLE else bytes((5 << 5 | 17, 0xE0))
    return struct.pack(
        mark + "Q16siB6sx4H2s2xQI4xdQ16s",
        *(7, b"lo\0junk", 1, 1, bytes((1, 2, 3, 4, 5, 6)), 1, 2, 3, 4, bits),
        *(0xFFFF0000, 0x01020304, 0.5, 1 << 32),
        (-5).to_bytes(16, order.value, signed=True),
    )


def shown(order: ByteOrder) -> dict[str, Shown]:
    """What that value is, whatever machine it is from."""
    return {
        "times": 7,
        "name": "lo",
        "state": "UP",
        "on": True,
        "mac": [1, 2, 3, 4, 5, 6],
        "where": [{"x": 1, "y": 2}, {"x": 3, "y": 4}],
        "low": 5,
        "high": 17,
        "negative": -2,
        "pointer": "0xffff0000",
        "word": 0x01020304,
        "bytes": [4, 3, 2, 1] if order is LITTLE else [1, 2, 3, 4],
        "ratio": 0.5,
        "far": "FAR",
        "wide": -5,
    }


@pytest.mark.parametrize("order", ORDERS)
def test_members_of_every_kind_are_read_by_name(order: ByteOrder) -> None:
    shape = tables(order)["values"].value_shape
    assert shape is not None
    assert len(value(order)) == shape.size

    assert read_shape(shape, value(order), order) == shown(order)


@pytest.mark.parametrize("order", ORDERS)
def test_the_variables_of_a_section_are_its_members(order: ByteOrder) -> None:
    """At the places of their symbols: BTF of an object that no linker has seen has none."""
    mark = "<" if order is LITTLE else ">"
    specs = tables(order)
    data, bss, rodata = (specs[name].value_shape for name in (".data", ".bss", ".rodata"))
    assert isinstance(data, Structure)
    assert sorted(part.name for part in data.parts) == ["hidden", "label"]
    parts = {part.name: part.offset // 8 for part in data.parts}
    content = bytearray(data.size)
    content[parts["hidden"] : parts["hidden"] + 4] = struct.pack(mark + "i", 6)
    content[parts["label"] : parts["label"] + 3] = b"abc"

    assert read_shape(data, bytes(content), order) == {"hidden": 6, "label": "abc"}
    assert bss is not None
    assert read_shape(bss, struct.pack(mark + "q", 9), order) == {"counter": 9}
    assert rodata is not None
    assert read_shape(rodata, struct.pack(mark + "2H", 3, 4), order) == {"corner": {"x": 3, "y": 4}}


@pytest.mark.parametrize("order", ORDERS)
def test_a_table_is_shown_by_name(order: ByteOrder) -> None:
    spec = tables(order)["values"]
    mark = "<" if order is LITTLE else ">"
    key = struct.pack(mark + "Ii", 80, -1)

    heading, line = format_table(spec, [(key, value(order))], order)

    assert heading == "table values (hash, 1 entry)"
    assert line.startswith('  {.port = 80, .state = GOING_UP} = {.times = 7, .name = "lo", ')
    assert ".mac = [1, 2, 3, 4, 5, 6], .where = [{.x = 1, .y = 2}, {.x = 3, .y = 4}]" in line


def test_a_table_for_programs_is_an_object_an_entry() -> None:
    spec = tables(LITTLE)["values"]
    key = struct.pack("<Ii", 80, 7)

    (line,) = json_entries(spec, [(key, value(LITTLE))], LITTLE)

    assert json.loads(line) == {
        "table": "values",
        "type": "hash",
        "key": {"port": 80, "state": 7},
        "value": shown(LITTLE),
    }


def test_a_per_cpu_table_has_a_list_of_values() -> None:
    spec = tables(BIG)["places"]
    entry = (bytes(4), bytes.fromhex("0001000200000000 0003000400000000"))

    (line,) = json_entries(spec, [entry], BIG)
    text = list(format_table(spec, [entry], BIG))[1]

    assert json.loads(line)["values"] == [{"x": 1, "y": 2}, {"x": 3, "y": 4}]
    assert text == "  0 = {.x = 1, .y = 2} | {.x = 3, .y = 4}"


def test_what_a_guest_writes_into_text_is_harmless() -> None:
    """A terminal gets no control characters, JSON nothing but ASCII."""
    data = "ü\x1b[2J".encode() + b'\xff"b'
    spec = TableSpec("names", 1, 4, len(data), 1, value_shape=Text(len(data)))

    line = list(format_table(spec, [(bytes(4), data)], LITTLE))[1]
    (object_line,) = json_entries(spec, [(bytes(4), data)], LITTLE)

    assert "\x1b" not in line
    assert "ü" in line
    assert object_line.isascii()
    assert json.loads(object_line)["value"] == 'ü\x1b[2J\\xff"b'


@pytest.mark.parametrize(
    ("shape", "data", "expected"),
    [
        (Number(1, boolean=True), b"\x02", 2),
        (Number(16, signed=True), b"\xff" * 16, -1),
        (Float(4), struct.pack("<f", 1.5), 1.5),
        (Float(8), struct.pack("<d", float("nan")), "nan"),
        (Float(8), struct.pack("<d", float("-inf")), "-inf"),
        (Float(16), bytes(16), "00" * 16),
        (Opaque(2), b"\x01\x02", "0102"),
        (Text(4), b"abcd", "abcd"),
        (Text(4), b"\0abc", ""),
        (Array(0, Number(0), 1 << 31), b"", []),
        (Number(8), b"short", "…"),
    ],
)
def test_odd_bytes_and_sizes_have_a_value_of_their_own(
    shape: Shape, data: bytes, expected: Shown
) -> None:
    assert read_shape(shape, data, LITTLE) == expected


def test_members_that_lie_on_one_another_without_end_are_cut() -> None:
    """A structure of 64 bytes can name its bytes as often as its BTF has room for."""
    row = Structure(64, tuple(Part(f"m{n}", Number(1), 0) for n in range(1000)))
    wide = Structure(64, tuple(Part(f"r{n}", row, 0) for n in range(1000)))

    text = format_shown(read_shape(wide, bytes(64), LITTLE))

    assert len(text) < 200_000


def test_long_arrays_are_cut_in_text_and_whole_in_json() -> None:
    shape = Array(200, Number(1), 200)
    spec = TableSpec("long", 1, 4, 200, 1, value_shape=shape)
    entry = (bytes(4), bytes(range(200)))

    line = list(format_table(spec, [entry], LITTLE))[1]
    (object_line,) = json_entries(spec, [entry], LITTLE)

    assert line.endswith("62, 63, … 136 more]")
    assert json.loads(object_line)["value"] == list(range(200))


def test_a_value_of_another_size_than_its_type_is_hex() -> None:
    spec = TableSpec("odd", 1, 4, 3, 1, value_shape=Number(4))

    assert list(format_table(spec, [(bytes(4), b"abc")], LITTLE))[1] == "  0 = 616263"
    assert format_shown(Word("plain")) == "plain"

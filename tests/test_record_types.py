"""Records of rings and perf buffers: which type the object says they have, and how they look."""

import json
import struct

import pytest

from harness.formats.btf import Btf, Kind, parse_btf
from harness.formats.object_file import read_object
from harness.formats.record_types import with_record_types
from harness.reports.record_text import format_record, json_record
from harness.values.arch import ByteOrder
from harness.values.errors import ObjectError
from harness.values.shape import Number
from harness.values.table_spec import TABLE_TYPES, TableSpec
from tests.recorded_files import recorded_object

LITTLE, BIG = ByteOrder.LITTLE, ByteOrder.BIG
OBJECTS = {LITTLE: "records.o", BIG: "records.big.o"}

SHOWN = {"pid": 7, "state": "UP", "comm": "init"}
AS_TEXT = '{.pid = 7, .state = UP, .comm = "init"}'


def tables(order: ByteOrder = LITTLE) -> dict[str, TableSpec]:
    return {table.name: table for table in read_object(recorded_object(OBJECTS[order])).tables}


def event(order: ByteOrder = LITTLE) -> bytes:
    return struct.pack("<II16s" if order is LITTLE else ">II16s", 7, 1, b"init\0junk")


@pytest.mark.parametrize("order", [LITTLE, BIG])
def test_variables_say_of_what_type_records_are(order: ByteOrder) -> None:
    """Neither the section nor its variables become a table."""
    found = tables(order)

    assert {name: spec.record_type for name, spec in found.items()} == {
        "ring": "struct event",
        "plain": "",
        "from_user": "sample_t",
        "perf": "struct event",
        ".bss": "",
    }
    assert format_record(found["ring"], event(order), order) == f"record of ring: {AS_TEXT}"
    line = json.loads(json_record(found["ring"], None, event(order), order))
    assert line == {"table": "ring", "cpu": None, "record": SHOWN}


def test_the_null_bytes_behind_a_record_of_a_perf_buffer_are_none_of_it() -> None:
    """24 bytes of a structure come as 28: perf_event_output() pads to 8 n + 4."""
    perf = tables()["perf"]

    assert format_record(perf, event() + bytes(4), LITTLE) == f"record of perf: {AS_TEXT}"
    line = json.loads(json_record(perf, 1, event() + bytes(4), LITTLE))
    assert line == {"table": "perf", "cpu": 1, "record": SHOWN}


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("ring", 2, "2 bytes, struct event has 24"),
        ("ring", 28, "28 bytes, struct event has 24"),
        ("ring", 0, "0 bytes, struct event has 24"),
        ("perf", 20, "20 bytes, struct event has 24"),
        ("perf", 36, "36 bytes, struct event has 24"),
        ("from_user", 8, "8 bytes, sample_t has 4"),
    ],
)
def test_a_record_of_another_size_is_hex_and_says_so(name: str, size: int, said: str) -> None:
    record = b"\x01" * size
    line = json.loads(json_record(tables()[name], None, record, LITTLE))

    assert line == {"table": name, "cpu": None, "record": "01" * size, "error": said}
    shown = format_record(tables()[name], record, LITTLE)
    assert shown == f"record of {name}: {'01' * size or 'nothing'} ({said})"


def test_a_record_without_a_type_is_hex() -> None:
    """People get its beginning, programs all of it."""
    plain = tables()["plain"]

    assert format_record(plain, b"", LITTLE) == "record of plain: nothing"
    assert format_record(plain, b"\1\2", LITTLE) == "record of plain: 0102"
    long = format_record(plain, bytes(5000), LITTLE)
    assert long == f"record of plain: {'00' * 1024} … and 3976 bytes more"
    assert json.loads(json_record(plain, None, bytes(5000), LITTLE)) == {
        "table": "plain",
        "cpu": None,
        "record": "00" * 5000,
    }


def test_an_object_that_says_nothing_is_as_before() -> None:
    found = read_object(recorded_object("tables.o")).tables

    assert {spec.record_shape for spec in found} == {None}


def records_of(variable: str, *, pointer: bool = True, target: int = 1) -> Btf:
    """A section .records with one variable: a __u32, or a pointer to the type of that number."""
    strings = f"\0__u32\0{variable}\0.records\0".encode()
    section = strings.index(b".records")
    types = (
        *(1, Kind.INT.value << 24, 4, 32),
        *(0, Kind.PTR.value << 24, target),
        *(7, Kind.VAR.value << 24, 2 if pointer else 1, 1),
        *(section, Kind.DATASEC.value << 24 | 1, 8, 3, 0, 8),
    )
    data = struct.pack(f"<{len(types)}I", *types)
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(data), len(data), len(strings))
    return parse_btf(head + data + strings, LITTLE)


RING = TableSpec("ring", TABLE_TYPES.index("ringbuf"), 0, 0, 4096)
HASH = TableSpec("counts", TABLE_TYPES.index("hash"), 4, 4, 1)


def test_a_number_may_be_a_record() -> None:
    (spec,) = with_record_types(records_of("ring_record"), [RING])

    assert (spec.record_shape, spec.record_type) == (Number(4), "__u32")


@pytest.mark.parametrize(
    ("variable", "is_pointer", "said"),
    [
        ("ring", True, "no table of that name"),
        ("rnig_record", True, "no table of that name"),
        ("_record", True, "no table of that name"),
        ("counts_record", True, "of type hash, which has no records"),
        ("ring_record", False, "no pointer to the type of a record"),
    ],
)
def test_what_says_nothing_of_a_table_is_refused(
    variable: str, is_pointer: bool, said: str
) -> None:
    """A typing mistake would else leave records in hex without a word."""
    with pytest.raises(ObjectError, match=said):
        with_record_types(records_of(variable, pointer=is_pointer), [RING, HASH])


def test_a_type_without_a_size_is_refused() -> None:
    with pytest.raises(ObjectError, match="no size"):
        with_record_types(records_of("ring_record", target=0), [RING])

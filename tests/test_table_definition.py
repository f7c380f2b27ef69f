"""Tables as C defines them: sizes from types, from numbers, and tables of tables."""

import pytest

from harness.formats.object_file import read_object
from harness.values.table_spec import TableSpec, table_type_name
from tests.recorded_files import recorded_object


def _tables(name: str) -> dict[str, TableSpec]:
    return {table.name: table for table in read_object(recorded_object(name)).tables}


@pytest.mark.parametrize("name", ["tables.o", "tables.big.o"])
def test_sizes_come_from_types_or_from_numbers(name: str) -> None:
    """struct value is 8 + 8 + 12 bytes and 4 of padding; the key's type is a const typedef."""
    tables = _tables(name)

    assert TableSpec("by_type", 1, 4, 32, 1024, flags=1) == tables["by_type"]
    assert TableSpec("by_size", 6, 4, 16, 1) == tables["by_size"]


def test_a_ring_buffer_has_no_key_and_no_value() -> None:
    """What is not said is 0, as libbpf has it."""
    assert TableSpec("ring", 27, 0, 0, 4096) == _tables("tables.o")["ring"]


def test_a_table_of_tables_knows_its_slots() -> None:
    """Its own key and value are 4 bytes each, without being told."""
    outer = _tables("tables.o")["outer"]

    assert (outer.key_size, outer.value_size, outer.entries) == (4, 4, 5)
    assert TableSpec("outer.inner", 2, 4, 8, 3) == outer.inner


def test_types_have_names() -> None:
    """bpftool's spelling; a kernel newer than the list still gets an answer."""
    tables = _tables("tables.o")

    assert (tables["by_type"].type_name, tables["ring"].type_name) == ("hash", "ringbuf")
    assert tables["by_size"].per_cpu
    assert not tables["by_type"].per_cpu
    assert table_type_name(99) == "type 99"

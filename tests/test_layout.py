"""Layouts from C types: where the numbers are, and which types do not say."""

import pytest

from harness.formats.btf import Btf, BtfType, Kind, parse_btf
from harness.formats.layout import read_layout
from harness.formats.object_file import read_object
from harness.values.arch import ByteOrder
from harness.values.layout import Layout
from tests.recorded_files import recorded_object

VOID = BtfType(Kind.VOID, "", 0, 0, ())
U8 = BtfType(Kind.INT, "u8", 1, 0, (8,))
U32 = BtfType(Kind.INT, "u32", 4, 0, (32,))


def layout(*types: BtfType) -> Layout | None:
    """Of the last type; type 1 is u8, type 2 is u32."""
    strings = parse_btf(EMPTY, ByteOrder.LITTLE)._strings
    return read_layout(Btf((VOID, U8, U32, *types), strings), 2 + len(types))


EMPTY = bytes.fromhex("9feb0100 18000000 00000000 00000000 00000000 01000000") + b"\0"


def struct(size: int, *members: tuple[int, int], kind: Kind = Kind.STRUCT) -> BtfType:
    """Members are a type id and an offset in bits."""
    words = tuple(word for type_id, bits in members for word in (0, type_id, bits))
    return BtfType(kind, "", size, len(members), words)


def array(element: int, count: int) -> BtfType:
    return BtfType(Kind.ARRAY, "", 0, 0, (element, 2, count))


def test_members_and_elements_have_places_and_padding_has_none() -> None:
    """struct { u32 a; u8 b; (3 bytes) u8 c[2]; (2 bytes) }"""
    found = layout(array(1, 2), struct(12, (2, 0), (1, 32), (3, 64)))

    assert found == Layout(12, ((0, 4), (4, 1), (8, 1), (9, 1)))


def test_structs_nest() -> None:
    assert layout(struct(4, (2, 0)), array(3, 2)) == Layout(8, ((0, 4), (4, 4)))


@pytest.mark.parametrize(
    "types",
    [
        (struct(4, (2, 0), (1, 0), kind=Kind.UNION),),
        (BtfType(Kind.PTR, "", 2, 0, ()),),
        (struct(4, (2, 3)),),
        (struct(4, (2, 5 << 24)),),
        (array(1, 5000),),
        (BtfType(Kind.TYPEDEF, "", 3, 0, ()),),
    ],
    ids=["union", "pointer", "bit field", "sized bit field", "too many", "endless typedef"],
)
def test_what_is_no_row_of_numbers_has_no_layout(types: tuple[BtfType, ...]) -> None:
    assert layout(*types) is None


def test_the_tables_of_an_object_have_the_layouts_of_their_types() -> None:
    """The same in both byte orders; a table defined by sizes says nothing."""
    for name in ("tables.o", "tables.big.o"):
        tables = {table.name: table for table in read_object(recorded_object(name)).tables}

        assert tables["slot"].key_layout == Layout(4, ((0, 4),))
        assert tables["slot"].value_layout == Layout(8, ((0, 8),))
        assert tables["by_type"].value_layout is None  # It holds a pointer.
        assert tables["by_size"].value_layout is None

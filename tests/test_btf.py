"""The BTF reader: every offset and count is a claim, and is checked before it is believed."""

import struct

import pytest

from harness.formats.btf import MAX_SIZE, Btf, Kind, parse_btf
from harness.formats.table_definition import read_tables
from harness.values.arch import ByteOrder
from harness.values.errors import ObjectError
from tests.elf_builder import section_content
from tests.mutations import mutations
from tests.recorded_files import recorded_object

_NONE = 0xFFFFFFFF


def _btf(types: bytes = b"", strings: bytes = b"\0", **claims: int) -> bytes:
    fields = {
        "magic": 0xEB9F,
        "header": 24,
        "type_off": 0,
        "type_len": len(types),
        "str_off": len(types),
        "str_len": len(strings),
    } | claims
    magic, header, *rest = fields.values()
    return struct.pack("<HBBIIIII", magic, 1, 0, header, *rest) + types + strings


def _type(kind: int, ref: int, *words: int, name: int = 0, vlen: int = 0) -> bytes:
    return struct.pack(f"<III{len(words)}I", name, kind << 24 | vlen, ref, *words)


def _parse(types: bytes, strings: bytes = b"\0") -> Btf:
    return parse_btf(_btf(types, strings), ByteOrder.LITTLE)


def test_types_names_and_sizes_are_read() -> None:
    """const int[3][2] is 24 bytes."""
    strings = b"\0int\0"
    types = (
        _type(Kind.INT, 4, 0x20, name=1)
        + _type(Kind.CONST, 1)
        + _type(Kind.ARRAY, 0, 2, 1, 2)
        + _type(Kind.ARRAY, 0, 3, 1, 3)
    )

    btf = _parse(types, strings)

    assert btf.type(1).name == "int"
    assert [btf.size(i) for i in (1, 2, 3, 4)] == [4, 4, 8, 24]


def test_function_tags_come_in_the_order_of_their_ids_and_not_from_arguments() -> None:
    """component_idx -1 is the function itself; anything else is one of its arguments."""
    strings = b"\0a\0b\0c\0f\0"
    types = (
        _type(Kind.FUNC_PROTO, 0)
        + _type(Kind.FUNC, 1, name=7)
        + _type(Kind.DECL_TAG, 2, _NONE, name=3)
        + _type(Kind.DECL_TAG, 2, 0, name=5)
        + _type(Kind.DECL_TAG, 2, _NONE, name=1)
    )

    btf = _parse(types, strings)

    assert btf.function_tags() == {2: ("b", "a")}
    assert btf.functions() == {"f": 2}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x9f\xeb\x01", "too short"),
        (_btf(magic=0x9FEB), "magic is 0x9feb"),
        (_btf(header=8), "length of 8"),
        (_btf(type_len=1 << 30), "type section ends at 1073741848"),
        (_btf(str_off=4096), "string section ends at 4121"),
        (_btf(strings=b"\0abc"), "begin and end with a null byte"),
        (_btf(strings=b""), "begin and end with a null byte"),
        (_btf(_type(Kind.INT, 4)), "in the middle of a type"),
        (_btf(_type(Kind.STRUCT, 4, vlen=0xFFFF)), "in the middle of a type"),
        (_btf(b"\0\0\0\0"), "in the middle of a type"),
        (_btf(_type(31, 0)), "kind 31 is unknown"),
        (_btf(_type(Kind.FWD, 0, name=99)), "string at 99"),
        (bytes(MAX_SIZE + 1), "at most"),
    ],
)
def test_damaged_btf_is_refused(data: bytes, message: str) -> None:
    """Each claim of the header and of a type has its own message."""
    with pytest.raises(ObjectError, match=message):
        parse_btf(data, ByteOrder.LITTLE)


def test_a_type_that_refers_to_itself_is_refused() -> None:
    """A typedef of itself would be followed for ever."""
    btf = _parse(_type(Kind.TYPEDEF, 1) + _type(Kind.ARRAY, 0, 2, 1, 2))

    with pytest.raises(ObjectError, match="refers to itself"):
        btf.resolve(1)
    with pytest.raises(ObjectError, match="contains itself"):
        btf.size(2)


def test_a_type_without_a_size_is_refused() -> None:
    """A table whose value is a function has no value size."""
    with pytest.raises(ObjectError, match=r"FUNC_PROTO. has no size"):
        _parse(_type(Kind.FUNC_PROTO, 0)).size(1)


def test_an_absent_type_is_refused() -> None:
    """Ids are claims too."""
    with pytest.raises(ObjectError, match="type 5, and there are only 1"):
        _parse(b"").type(5)


def test_overlapping_strings_do_not_fill_the_memory() -> None:
    """100 000 names, each a tail of one long string, would be 5 GB of text."""
    strings = b"\0" + b"a" * 100_000 + b"\0"
    types = b"".join(_type(Kind.FWD, 0, name=n) for n in range(1, 100_000))

    with pytest.raises(ObjectError, match="overlapping"):
        _parse(types, strings)


def test_damaged_btf_gives_object_errors_and_nothing_else() -> None:
    """Whatever the bytes, everything asked of BTF returns or raises ObjectError."""
    refused = 0
    for damaged in mutations(
        section_content(recorded_object("tables.o"), ".BTF"), count=1500, seed=7
    ):
        try:
            btf = parse_btf(damaged, ByteOrder.LITTLE)
            read_tables(btf)
            btf.function_tags()
        except ObjectError:
            refused += 1

    assert 300 < refused < 1500

"""From a C type in BTF to the places of its numbers."""

from collections.abc import Iterator

from harness.formats.btf import Btf, Kind
from harness.values.errors import ObjectError
from harness.values.layout import Layout

_NUMBERS = frozenset({Kind.INT, Kind.ENUM, Kind.ENUM64, Kind.FLOAT})
# Members nest at most so deep, and values of cases are small: more is not worth reading.
_MAX_DEPTH = 16
_MAX_NUMBERS = 4096
# With a bit field in it, the offset of a struct's member carries the field's size up here.
_BITFIELD = 1 << 24


class _UnreadableError(Exception):
    """The type holds something that is not a number at a place of its own."""


def read_layout(btf: Btf, type_id: int) -> Layout | None:
    """The numbers of a type; None for unions, bit fields, pointers and what is too large."""
    try:
        numbers = []
        for number in _numbers(btf, type_id, 0, _MAX_DEPTH):
            numbers.append(number)
            if len(numbers) > _MAX_NUMBERS:
                return None
        return Layout(btf.size(type_id), tuple(numbers))
    except (_UnreadableError, ObjectError):
        return None


def _numbers(btf: Btf, type_id: int, at: int, depth: int) -> Iterator[tuple[int, int]]:
    found = btf.resolve(type_id)
    if not depth:
        raise _UnreadableError
    if found.kind in _NUMBERS:
        yield at, found.ref
    elif found.kind is Kind.ARRAY:
        element, count = found.words[0], found.words[2]
        size = btf.size(element)
        for number in range(count):
            yield from _numbers(btf, element, at + number * size, depth - 1)
    elif found.kind is Kind.STRUCT:
        for member, bits in zip(btf.members(found), found.words[2::3], strict=True):
            if bits >= _BITFIELD or bits % 8:
                raise _UnreadableError
            yield from _numbers(btf, member.type, at + bits // 8, depth - 1)
    else:
        raise _UnreadableError

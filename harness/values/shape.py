"""What a key or a value of a table is made of, by name: bytes in, plain values out.

The values are those of JSON: numbers, texts, lists, and maps of members. Knows the machine's byte
order and nothing of BTF, which is where shapes come from.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from harness.values.arch import ByteOrder

Shown = int | float | str | bool | None | list["Shown"] | dict[str, "Shown"]

# Of one key or value: what a guest sends is bounded, but a shape may name the same bytes often.
_MAX_PARTS = 65536


class Word(str):
    """Text that is no text in C: an enumerator, an address, bytes as hex."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Number:
    """An integer of any size, or of some bits of it."""

    size: int
    signed: bool = False
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class Float:
    """IEEE 754; 4 or 8 bytes, others are shown as bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A number some of whose values have names."""

    size: int
    signed: bool
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address, or whatever the kernel shows in its place."""

    size: int = 8


@dataclass(frozen=True, slots=True)
class Text:
    """An array of char."""

    size: int


@dataclass(frozen=True, slots=True)
class Array:
    """The same thing many times."""

    size: int
    element: "Shape"
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a structure. Offset in bits from its beginning; `bits` is 0 for no bit field."""

    name: str
    """Empty for one whose own members count as the structure's."""

    shape: "Shape"
    offset: int
    bits: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """A struct or a union, in which members lie on one another."""

    size: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """Bytes of which nothing is known."""

    size: int


Shape = Number | Float | Enumeration | Pointer | Text | Array | Structure | Opaque


def read_shape(shape: Shape, data: bytes, byte_order: ByteOrder) -> Shown:
    """The bytes as the shape says they are; those that are not there are left out.

    >>> pair = Structure(8, (Part("a", Number(4), 0), Part("b", Number(4, signed=True), 32)))
    >>> read_shape(pair, bytes.fromhex("05000000ffffffff"), ByteOrder.LITTLE)
    {'a': 5, 'b': -1}
    """
    return _Reader(byte_order).read(shape, data)


class _Reader:
    """Reads one value; gives up, with an ellipsis, when it has too many parts."""

    def __init__(self, byte_order: ByteOrder) -> None:
        self._order = byte_order
        self._left = _MAX_PARTS

    def read(self, shape: Shape, data: bytes) -> Shown:
        self._left -= 1
        data = data[: shape.size]
        if self._left < 0 or len(data) < shape.size:
            return Word("…")
        shown: Shown
        match shape:
            case Structure(parts=parts):
                shown = self._members(parts, data)
            case Array(element=element, count=count):
                shown = self._elements(element, count, data)
            case Text():
                shown = _text(data)
            case Pointer():
                shown = Word(f"{int.from_bytes(data, self._order.value):#x}")
            case Float(size=4 | 8):
                shown = _float(data, self._order)
            case Number() | Enumeration():
                shown = _number(shape, int.from_bytes(data, self._order.value), 8 * shape.size)
            case Float() | Opaque():
                shown = Word(data.hex())
            case other:
                assert_never(other)
        return shown

    def _elements(self, element: Shape, count: int, data: bytes) -> Shown:
        size = element.size
        if not size:
            return []
        found: list[Shown] = []
        for at in range(0, min(count * size, len(data)), size):
            if self._left <= 0:
                found.append(Word("…"))
                break
            found.append(self.read(element, data[at : at + size]))
        return found

    def _members(self, parts: tuple[Part, ...], data: bytes) -> Shown:
        found: dict[str, Shown] = {}
        for part in parts:
            if self._left <= 0:
                break
            value = self._part(part, data)
            if not part.name and isinstance(value, dict):
                found.update(value)
            elif part.name:
                found[part.name] = value
        return found

    def _part(self, part: Part, data: bytes) -> Shown:
        if part.bits:
            return self._bits(part, data)
        return self.read(part.shape, data[part.offset // 8 :])

    def _bits(self, part: Part, data: bytes) -> Shown:
        """Bits count from the end that the machine counts from: btf_int_bits_show() of btf.c."""
        self._left -= 1
        start, skipped = divmod(part.offset, 8)
        size = (skipped + part.bits + 7) // 8
        whole = data[start : start + size]
        if len(whole) < size or not isinstance(part.shape, Number | Enumeration):
            return Word("…")
        behind = skipped if self._order is ByteOrder.LITTLE else 8 * size - skipped - part.bits
        value = int.from_bytes(whole, self._order.value) >> behind & (1 << part.bits) - 1
        return _number(part.shape, value, part.bits)


def _number(shape: Number | Enumeration, value: int, bits: int) -> Shown:
    if shape.signed and value >> (bits - 1) & 1:
        value -= 1 << bits
    if isinstance(shape, Enumeration):
        name = shape.names.get(value)
        return value if name is None else Word(name)
    return bool(value) if shape.boolean and value in (0, 1) else value


def _float(data: bytes, byte_order: ByteOrder) -> Shown:
    mark = "<" if byte_order is ByteOrder.LITTLE else ">"
    value: float = struct.unpack(mark + ("f" if len(data) == 4 else "d"), data)[0]
    # JSON has neither infinities nor NaN.
    return value if value - value == 0 else Word(str(value))


def _text(data: bytes) -> str:
    """Up to the first null byte; what is no UTF-8 as `\\\\xNN`."""
    return data.partition(b"\0")[0].decode("utf-8", "backslashreplace")

"""The BPF Type Format of an object file: bytes in, a table of types out.

Knows the binary layout of Documentation/bpf/btf.rst in both byte orders; knows nothing of ELF, of
filters or of what the types are used for. Every offset and count is checked before it is used.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import starmap

from harness.values.arch import ByteOrder
from harness.values.errors import ObjectError

_MAGIC = 0xEB9F
_HEADER = 24
_TYPE = 12
# The kernel takes 16 MiB (BTF_MAX_SIZE); the BTF of a whole kernel is 5 MiB, of a filter far less.
# The limit also bounds the memory that hostile bytes can make us use, some 50 times as much.
MAX_SIZE = 4 << 20
# MAX_RESOLVE_DEPTH of kernel/bpf/btf.c; also ends a chain that loops.
_MAX_DEPTH = 32
_POINTER_SIZE = 8


class Kind(IntEnum):
    """BTF_KIND_* of include/uapi/linux/btf.h."""

    VOID = 0
    INT = 1
    PTR = 2
    ARRAY = 3
    STRUCT = 4
    UNION = 5
    ENUM = 6
    FWD = 7
    TYPEDEF = 8
    VOLATILE = 9
    CONST = 10
    RESTRICT = 11
    FUNC = 12
    FUNC_PROTO = 13
    VAR = 14
    DATASEC = 15
    FLOAT = 16
    DECL_TAG = 17
    TYPE_TAG = 18
    ENUM64 = 19


# What follows the 12 bytes of a btf_type, in 32-bit words: (once, for each of `vlen`).
_TRAILER_WORDS: dict[Kind, tuple[int, int]] = {
    Kind.INT: (1, 0),
    Kind.ARRAY: (3, 0),
    Kind.STRUCT: (0, 3),
    Kind.UNION: (0, 3),
    Kind.ENUM: (0, 2),
    Kind.FUNC_PROTO: (0, 2),
    Kind.VAR: (1, 0),
    Kind.DATASEC: (0, 3),
    Kind.DECL_TAG: (1, 0),
    Kind.ENUM64: (0, 3),
}

_MODIFIERS = frozenset({Kind.TYPEDEF, Kind.VOLATILE, Kind.CONST, Kind.RESTRICT, Kind.TYPE_TAG})
_SIZED = frozenset({Kind.INT, Kind.STRUCT, Kind.UNION, Kind.ENUM, Kind.ENUM64, Kind.FLOAT})


@dataclass(frozen=True, slots=True)
class BtfType:
    """One type. `ref` is a type id or a size in bytes, as the kind says."""

    kind: Kind
    name: str
    ref: int
    vlen: int
    words: tuple[int, ...]
    """The 32-bit words that follow, not yet taken apart."""

    kind_flag: bool = False
    """A struct has bit fields, whose sizes are with their offsets; an enum is signed."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a struct, or a variable of a data section."""

    name: str
    type: int


@dataclass(frozen=True, slots=True)
class Btf:
    """All types of an object, by id; id 0 is void."""

    types: tuple[BtfType, ...]
    _strings: "_Strings" = field(repr=False)

    def type(self, type_id: int) -> BtfType:
        """The type with that id; raises ObjectError if there is none."""
        if type_id >= len(self.types):
            raise ObjectError(f"BTF names type {type_id}, and there are only {len(self.types)}")
        return self.types[type_id]

    def resolve(self, type_id: int) -> BtfType:
        """The type behind typedef, const, volatile, restrict and type tags."""
        for _ in range(_MAX_DEPTH):
            found = self.type(type_id)
            if found.kind not in _MODIFIERS:
                return found
            type_id = found.ref
        raise ObjectError(f"BTF type {type_id} refers to itself")

    def size(self, type_id: int) -> int:
        """Bytes a value of that type takes."""
        count = 1
        for _ in range(_MAX_DEPTH):
            found = self.resolve(type_id)
            if found.kind in _SIZED:
                return count * found.ref
            if found.kind is Kind.PTR:
                return count * _POINTER_SIZE
            if found.kind is not Kind.ARRAY:
                raise ObjectError(f"BTF type {type_id} ({found.kind.name}) has no size")
            count *= found.words[2]
            type_id = found.words[0]
        raise ObjectError(f"BTF array type {type_id} contains itself")

    def name(self, offset: int) -> str:
        """The string at that offset, of an enumerator for example."""
        return self._strings.at(offset)

    def members(self, struct_type: BtfType) -> tuple[Member, ...]:
        """Members of a struct or union."""
        words = struct_type.words
        names = map(self._strings.at, words[::3])
        return tuple(starmap(Member, zip(names, words[1::3], strict=True)))

    def variables(self, section: str) -> tuple[Member, ...]:
        """Variables of the data section of that name, in the section's order."""
        for found in self.types:
            if found.kind is Kind.DATASEC and found.name == section:
                return tuple(self._variable(type_id) for type_id in found.words[::3])
        return ()

    def _variable(self, type_id: int) -> Member:
        found = self.type(type_id)
        if found.kind not in (Kind.VAR, Kind.FUNC):
            raise ObjectError(f"BTF data section holds a {found.kind.name}, not a variable")
        return Member(found.name, found.ref)

    def functions(self) -> dict[str, int]:
        """Name to type id of every function."""
        return {t.name: i for i, t in enumerate(self.types) if t.kind is Kind.FUNC}

    def function_tags(self) -> dict[int, tuple[str, ...]]:
        """Declaration tags on whole functions by the function's type id, in type-id order."""
        tags: dict[int, list[str]] = {}
        for found in self.types:
            if found.kind is Kind.DECL_TAG and found.words[0] == 0xFFFFFFFF:
                tags.setdefault(found.ref, []).append(found.name)
        return {type_id: tuple(texts) for type_id, texts in tags.items()}


class _Strings:
    """The string section. Each string is decoded once, and overlapping ones run out of budget.

    Without the budget, a million types naming the tails of one long string would fill the memory.
    """

    def __init__(self, data: bytes) -> None:
        if not data.startswith(b"\0") or not data.endswith(b"\0"):
            raise ObjectError("BTF string section does not begin and end with a null byte")
        self._data = data
        self._known: dict[int, str] = {}
        self._left = 2 * len(data)

    def at(self, offset: int) -> str:
        """The string at that offset; raises ObjectError if it lies outside."""
        known = self._known.get(offset)
        if known is not None:
            return known
        if offset >= len(self._data):
            raise ObjectError(f"BTF names a string at {offset}, they end at {len(self._data)}")
        end = self._data.index(b"\0", offset)
        self._left -= end - offset
        if self._left < 0:
            raise ObjectError("BTF names overlapping strings")
        text = self._data[offset:end].decode("utf-8", "replace")
        self._known[offset] = text
        return text


def parse_btf(data: bytes, byte_order: ByteOrder) -> Btf:
    """Reads the content of a `.BTF` section; raises ObjectError for anything else."""
    if len(data) > MAX_SIZE:
        raise ObjectError(f"BTF of {len(data)} bytes: the kernel takes at most {MAX_SIZE}")
    mark = "<" if byte_order is ByteOrder.LITTLE else ">"
    if len(data) < _HEADER:
        raise ObjectError(f"BTF section of {len(data)} bytes is too short for its header")
    magic, _, _, length, type_off, type_len, str_off, str_len = struct.unpack_from(
        mark + "HBBIIIII", data
    )
    if magic != _MAGIC:
        raise ObjectError(f"BTF magic is {magic:#06x}, not {_MAGIC:#06x}")
    if length < _HEADER:
        raise ObjectError(f"BTF header claims a length of {length} bytes")
    types = _slice(data, length + type_off, type_len, "type")
    strings = _Strings(_slice(data, length + str_off, str_len, "string"))
    return Btf(_parse_types(types, strings, mark), strings)


def _slice(data: bytes, start: int, size: int, what: str) -> bytes:
    if start + size > len(data):
        raise ObjectError(f"BTF {what} section ends at {start + size}, the data at {len(data)}")
    return data[start : start + size]


def _parse_types(data: bytes, strings: _Strings, mark: str) -> tuple[BtfType, ...]:
    types = [BtfType(Kind.VOID, "", 0, 0, ())]
    at = 0
    while at < len(data):
        found, at = _parse_type(data, at, strings, mark)
        types.append(found)
    return tuple(types)


def _parse_type(data: bytes, at: int, strings: _Strings, mark: str) -> tuple[BtfType, int]:
    if at + _TYPE > len(data):
        raise ObjectError("BTF type section ends in the middle of a type")
    name, info, ref = struct.unpack_from(mark + "III", data, at)
    number, vlen = (info >> 24) & 0x1F, info & 0xFFFF
    try:
        kind = Kind(number)
    except ValueError:
        raise ObjectError(
            f"BTF kind {number} is unknown",
            remedy="compile with a clang whose BTF the kernel knows (14 or later)",
        ) from None
    once, each = _TRAILER_WORDS.get(kind, (0, 0))
    count = once + each * vlen
    end = at + _TYPE + 4 * count
    if end > len(data):
        raise ObjectError("BTF type section ends in the middle of a type")
    words = struct.unpack_from(f"{mark}{count}I", data, at + _TYPE)
    return BtfType(kind, strings.at(name), ref, vlen, words, bool(info >> 31)), end

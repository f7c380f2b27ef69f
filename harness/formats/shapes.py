"""From types in BTF to shapes: what the members of a key or a value are called and made of."""

from harness.formats.btf import Btf, BtfType, Kind
from harness.values.errors import ObjectError
from harness.values.shape import (
    Array,
    Enumeration,
    Float,
    Number,
    Opaque,
    Part,
    Pointer,
    Shape,
    Structure,
    Text,
)

# MAX_RESOLVE_DEPTH of kernel/bpf/btf.c.
_MAX_DEPTH = 32
# Linux has no larger enum than this by far, nor a struct with as many members.
_MAX_NAMES = 65536

# struct btf_type: bit 31 of info. A bit field's size then lies above its offset.
_BITFIELD_SHIFT = 24
_OFFSET = (1 << _BITFIELD_SHIFT) - 1
# BTF_INT_ENCODING and BTF_INT_BITS of include/uapi/linux/btf.h.
_SIGNED, _CHAR, _BOOL = 1, 2, 4


def read_btf_shape(btf: Btf, type_id: int) -> Shape | None:
    """The shape of a type; None for one that has no size, or whose BTF is broken."""
    try:
        return ShapeReader(btf).read(type_id)
    except ObjectError:
        return None


class ShapeReader:
    """Reads shapes of one object, each type once: what two structures share is shared."""

    def __init__(self, btf: Btf) -> None:
        self._btf = btf
        self._known: dict[int, Shape] = {}

    def read(self, type_id: int, depth: int = _MAX_DEPTH) -> Shape:
        """Raises ObjectError for a type that holds itself, or has no size."""
        if not depth:
            raise ObjectError(f"BTF type {type_id} nests too deep")
        known = self._known.get(type_id)
        if known is None:
            known = self._shape(self._btf.resolve(type_id), type_id, depth - 1)
            self._known[type_id] = known
        return known

    def _shape(self, found: BtfType, type_id: int, depth: int) -> Shape:
        shape: Shape
        match found.kind:
            case Kind.INT:
                encoding = found.words[0] >> 24 & 0xF
                shape = Number(found.ref, bool(encoding & _SIGNED), bool(encoding & _BOOL))
            case Kind.FLOAT:
                shape = Float(found.ref)
            case Kind.PTR:
                shape = Pointer()
            case Kind.ENUM | Kind.ENUM64:
                shape = self._enum(found)
            case Kind.ARRAY:
                shape = self._array(found, type_id, depth)
            case Kind.STRUCT | Kind.UNION:
                shape = Structure(found.ref, self._parts(found, depth))
            case _:
                shape = Opaque(self._btf.size(type_id))
        return shape

    def _array(self, found: BtfType, type_id: int, depth: int) -> Shape:
        element, count = found.words[0], found.words[2]
        size = self._btf.size(type_id)
        if self._is_char(element):
            return Text(size)
        return Array(size, self.read(element, depth), count)

    def _is_char(self, type_id: int) -> bool:
        """`char` itself: an array of `u8` is bytes. clang does not set BTF_INT_CHAR."""
        found = self._btf.resolve(type_id)
        plain = found.kind is Kind.INT and found.ref == 1
        return plain and (found.name == "char" or bool(found.words[0] >> 24 & _CHAR))

    def _enum(self, found: BtfType) -> Shape:
        wide = found.kind is Kind.ENUM64
        words = found.words
        step = 3 if wide else 2
        # Older compilers say of no enum that it is signed; then one is if it has such a value.
        signed = found.kind_flag or (not wide and any(value >> 31 for value in words[1::step]))
        names: dict[int, str] = {}
        for at in range(0, min(len(words), step * _MAX_NAMES), step):
            value = words[at + 1] | (words[at + 2] << 32 if wide else 0)
            bits = 64 if wide else 32
            if signed and value >> (bits - 1):
                value -= 1 << bits
            names.setdefault(value, self._btf.name(words[at]))
        return Enumeration(found.ref, signed, names)

    def _parts(self, found: BtfType, depth: int) -> tuple[Part, ...]:
        parts = []
        members = self._btf.members(found)
        for member, place in zip(members, found.words[2::3], strict=True):
            offset = place & _OFFSET if found.kind_flag else place
            bits = place >> _BITFIELD_SHIFT if found.kind_flag else 0
            parts.append(Part(member.name, self.read(member.type, depth), offset, bits))
        return tuple(parts)

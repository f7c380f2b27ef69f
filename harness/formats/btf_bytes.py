"""The smallest BTF that a table with types can be created with: values into bytes."""

import struct

from harness.values.arch import ByteOrder

KEY_TYPE, VALUE_TYPE = 1, 3

_MAGIC = 0xEB9F
_STRINGS = b"\0int\0char\0"
_INT, _ARRAY = 1 << 24, 3 << 24
_SIGNED = 1 << 24


def byte_types(value_size: int, byte_order: ByteOrder) -> bytes:
    """`int` for the key, as number 1; `char[value_size]` for the value, as number 3.

    Documentation/bpf/btf.rst: the header, three types, the strings.
    """
    mark = "<" if byte_order is ByteOrder.LITTLE else ">"
    types = struct.pack(mark + "4I", 1, _INT, 4, _SIGNED | 32)
    types += struct.pack(mark + "4I", 5, _INT, 1, _SIGNED | 8)
    types += struct.pack(mark + "3I3I", 0, _ARRAY, 0, 2, 1, value_size)
    sizes = (0, len(types), len(types), len(_STRINGS))
    return struct.pack(mark + "HBBI4I", _MAGIC, 1, 0, 24, *sizes) + types + _STRINGS

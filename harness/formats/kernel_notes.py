"""/sys/kernel/notes: the ELF notes of a running kernel, of which the build id names it exactly."""

import struct

from harness.values.arch import ByteOrder

_HEADER = 12
_GNU = b"GNU\0"
# elf.h
_NT_GNU_BUILD_ID = 3


def read_build_id(notes: bytes, order: ByteOrder) -> str | None:
    """The GNU build id in hex; None if the kernel was linked without one or the notes end early."""
    letter = "<" if order is ByteOrder.LITTLE else ">"
    at = 0
    while at + _HEADER <= len(notes):
        name_size, size, kind = struct.unpack_from(f"{letter}III", notes, at)
        name_at = at + _HEADER
        content_at = name_at + _aligned(name_size)
        if kind == _NT_GNU_BUILD_ID and notes[name_at : name_at + name_size] == _GNU:
            content = notes[content_at : content_at + size]
            return content.hex() if content and len(content) == size else None
        at = content_at + _aligned(size)
    return None


def _aligned(size: int) -> int:
    return (size + 3) & ~3

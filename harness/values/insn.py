"""BPF instructions as values: RFC 9669, section 3.1 (struct bpf_insn of linux/bpf.h)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from harness.values.arch import ByteOrder


@dataclass(frozen=True, slots=True)
class Insn:
    """One instruction of 8 bytes; a wide one is two of them."""

    code: int
    dst: int = 0
    src: int = 0
    off: int = 0
    imm: int = 0

    def pack(self, order: ByteOrder) -> bytes:
        """The 8 bytes. The registers share a byte, whose halves change places with the order."""
        if order is ByteOrder.BIG:
            return struct.pack(">BBhi", self.code, self.dst << 4 | self.src, self.off, self.imm)
        return struct.pack("<BBhi", self.code, self.src << 4 | self.dst, self.off, self.imm)


def pack_insns(insns: Iterable[Insn], order: ByteOrder) -> bytes:
    """A program as bpf(2) takes it."""
    return b"".join(insn.pack(order) for insn in insns)


def opcodes(code: bytes) -> frozenset[int]:
    """Those of a program's instructions; the second half of a wide one counts as 0."""
    return frozenset(code[::8])

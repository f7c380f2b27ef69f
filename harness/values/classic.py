"""Instructions of classic BPF as values: struct sock_filter of linux/filter.h.

clang makes none, so cases write them down. Sockets and seccomp still take them.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from harness.values.arch import ByteOrder

# linux/bpf_common.h: class | size or operation | mode or source.
LOAD_WORD, LOAD_HALF, LOAD_BYTE, LOAD_LENGTH = 0x20, 0x28, 0x30, 0x80
"""Into A: of the packet at offset k, in network byte order; its length."""

JUMP_EQUAL, JUMP_GREATER, AND = 0x15, 0x25, 0x54
"""A compared with k: jt instructions are left out if it holds, else jf. A &= k."""

RETURN, RETURN_A = 0x06, 0x16


@dataclass(frozen=True, slots=True)
class ClassicInsn:
    """One instruction of 8 bytes."""

    code: int
    k: int = 0
    jt: int = 0
    jf: int = 0

    def pack(self, order: ByteOrder) -> bytes:
        """The 8 bytes, in the machine's byte order; k is 32 bits wide."""
        form = ">HBBI" if order is ByteOrder.BIG else "<HBBI"
        return struct.pack(form, self.code, self.jt, self.jf, self.k)


def pack_classic(insns: Iterable[ClassicInsn], order: ByteOrder) -> bytes:
    """A program as struct sock_fprog points to.

    >>> pack_classic([ClassicInsn(RETURN, 4)], ByteOrder.LITTLE).hex()
    '0600000004000000'
    """
    return b"".join(insn.pack(order) for insn in insns)

"""harness.values.classic: struct sock_filter in both byte orders."""

import pytest

from harness.values.arch import ByteOrder
from harness.values.classic import JUMP_EQUAL, LOAD_HALF, RETURN, ClassicInsn, pack_classic

PROGRAM = (
    ClassicInsn(LOAD_HALF, 12),
    ClassicInsn(JUMP_EQUAL, 0x0800, 0, 1),
    ClassicInsn(RETURN, 0xFFFFFFFF),
)


@pytest.mark.parametrize(
    ("order", "packed"),
    [
        (ByteOrder.LITTLE, "280000000c000000 1500000100080000 06000000ffffffff"),
        (ByteOrder.BIG, "002800000000000c 0015000100000800 00060000ffffffff"),
    ],
)
def test_code_jt_jf_and_k_follow_each_other(order: ByteOrder, packed: str) -> None:
    """linux/filter.h: __u16 code, __u8 jt and jf, __u32 k."""
    assert pack_classic(PROGRAM, order) == bytes.fromhex(packed)

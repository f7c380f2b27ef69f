"""harness.formats.btf_bytes, read back by our own reader of BTF."""

import pytest

from harness.formats.btf import Kind, parse_btf
from harness.formats.btf_bytes import KEY_TYPE, VALUE_TYPE, byte_types
from harness.values.arch import ByteOrder


@pytest.mark.parametrize("order", list(ByteOrder))
@pytest.mark.parametrize("size", [1, 8, 300])
def test_the_key_is_an_int_and_the_value_that_many_bytes(order: ByteOrder, size: int) -> None:
    btf = parse_btf(byte_types(size, order), order)

    assert (btf.type(KEY_TYPE).kind, btf.type(KEY_TYPE).name) == (Kind.INT, "int")
    assert btf.size(KEY_TYPE) == 4
    assert btf.size(VALUE_TYPE) == size

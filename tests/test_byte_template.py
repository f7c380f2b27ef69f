"""Bytes written before the byte order is known."""

import pytest

from harness.values.arch import ByteOrder
from harness.values.byte_template import parse_byte_template


@pytest.mark.parametrize(
    ("text", "little", "big"),
    [
        ("", "", ""),
        ("00ff", "00 ff", "00 ff"),
        ("hex:00FF", "00 ff", "00 ff"),
        ("u8:1", "01", "01"),
        ("u16:1", "01 00", "00 01"),
        ("u32:0x10", "10 00 00 00", "00 00 00 10"),
        ("u64:7", "07 00 00 00 00 00 00 00", "00 00 00 00 00 00 00 07"),
        ("s16:-2", "fe ff", "ff fe"),
        ("u8:-1 u8:255", "ff ff", "ff ff"),
        ("be16:80 le16:80", "00 50 50 00", "00 50 50 00"),
        ("zero:3", "00 00 00", "00 00 00"),
        ("text:lo zero:1", "6c 6f 00", "6c 6f 00"),
        ("text:a:b", "61 3a 62", "61 3a 62"),
    ],
)
def test_words_become_bytes_in_the_guests_order(text: str, little: str, big: str) -> None:
    """Only u and s follow the guest; the rest is the same everywhere."""
    template = parse_byte_template(text)

    assert template.pack(ByteOrder.LITTLE).hex(" ") == little
    assert template.pack(ByteOrder.BIG).hex(" ") == big
    assert template.size == len(template.pack(ByteOrder.BIG))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("u8:256", "does not fit into 8 bits"),
        ("s8:-129", "does not fit into 8 bits"),
        ("u24:1", "none of u8"),
        ("be8x:1", "none of u8"),
        ("u32:", "not a number"),
        ("u32:five", "not a number"),
        ("0ff", "hex digits"),
        ("hex:0x10", "hex digits"),
        ("zero:-1", "a count from 0"),
        ("zero:99999999999", "a count from 0"),
        ("zero:1000000 zero:1000000", "2000000 bytes; the limit is 1048576"),
    ],
)
def test_what_is_not_a_template_is_refused(text: str, message: str) -> None:
    """A wrong width or an odd digit would otherwise be a puzzle in the guest."""
    with pytest.raises(ValueError, match=message):
        parse_byte_template(text)


@pytest.mark.parametrize("order", list(ByteOrder))
def test_other_bytes_are_read_as_the_template_is_written(order: ByteOrder) -> None:
    """The same text on machines of either byte order; what was fixed stays bytes."""
    template = parse_byte_template("u16:1 be16:80 le16:3 hex:00ff s8:-1")
    seen = (258).to_bytes(2, order.value) + b"\1\2" + b"\2\1" + b"\xaa\xbb" + b"\7"

    assert template.read(seen, order) == "258 258 258 aabb 7"

"""Bytes written down before the byte order is known: `u32:5 be16:80 hex:00ff`."""

import re
from dataclasses import dataclass

from harness.values.arch import ByteOrder

# A whole template; inputs of a test run are at most a page or two.
MAX_BYTES = 1 << 20
_NUMBER = re.compile(r"(?P<order>u|s|le|be)(?P<bits>8|16|32|64)\Z")
_FORMS = "u8: u16: u32: u64: s8: … s64: (guest's byte order) le16: … be64: hex: zero: text:"


@dataclass(frozen=True, slots=True)
class _Number:
    value: int
    size: int
    order: ByteOrder | None
    """None for the guest's own."""


@dataclass(frozen=True, slots=True)
class ByteTemplate:
    """Bytes of which some are numbers in the guest's byte order."""

    text: str
    """As written, for messages."""

    _parts: tuple[bytes | _Number, ...]

    def pack(self, byte_order: ByteOrder) -> bytes:
        """The bytes for a guest of that byte order."""
        return b"".join(
            part
            if isinstance(part, bytes)
            else part.value.to_bytes(part.size, (part.order or byte_order).value)
            for part in self._parts
        )

    def read(self, data: bytes, byte_order: ByteOrder) -> str:
        """What other bytes of the same size say when they are read as this template is written.

        The same text for machines of either byte order, if the template is right about them.
        """
        words = []
        at = 0
        for part in self._parts:
            if isinstance(part, bytes):
                words.append(data[at : at + len(part)].hex())
                at += len(part)
            else:
                order = part.order or byte_order
                words.append(str(int.from_bytes(data[at : at + part.size], order.value)))
                at += part.size
        return " ".join(words)

    @property
    def size(self) -> int:
        """How many bytes it makes."""
        return sum(len(part) if isinstance(part, bytes) else part.size for part in self._parts)


def parse_byte_template(text: str) -> ByteTemplate:
    """The template; raises ValueError for text that is not one.

    Words are separated by blanks. `u16:N u32:N …` and `s16:N …` are numbers in the guest's byte
    order, `le16:N` and `be16:N` in a fixed one; `hex:00ff` or plain `00ff` are bytes, `zero:N` is
    N null bytes, `text:lo` the letters without a null byte after them.

    >>> parse_byte_template("u16:1 be16:80 hex:00ff").pack(ByteOrder.LITTLE).hex(" ")
    '01 00 00 50 00 ff'
    """
    parts = tuple(_parse_word(word) for word in text.split())
    template = ByteTemplate(text, parts)
    if template.size > MAX_BYTES:
        raise ValueError(f"{template.size} bytes; the limit is {MAX_BYTES}")
    return template


def _parse_word(word: str) -> bytes | _Number:
    form, colon, value = word.partition(":")
    if not colon or form == "hex":
        return _hex(value if colon else word)
    if form == "text":
        return value.encode()
    if form == "zero":
        count = _integer(value)
        if not 0 <= count <= MAX_BYTES:
            raise ValueError(f"{word!r}: a count from 0 to {MAX_BYTES} is wanted")
        return bytes(count)
    match = _NUMBER.match(form)
    if match is None:
        raise ValueError(f"{word!r} is none of {_FORMS}")
    return _number(word, match, _integer(value))


def _number(word: str, match: re.Match[str], value: int) -> _Number:
    bits = int(match["bits"])
    # Either reading of the bits is welcome: u8:-1 is 0xff, as it is in C.
    if not -(1 << (bits - 1)) <= value < 1 << bits:
        raise ValueError(f"{word!r}: {value} does not fit into {bits} bits")
    order = {"le": ByteOrder.LITTLE, "be": ByteOrder.BIG}.get(match["order"])
    return _Number(value % (1 << bits), bits // 8, order)


def _hex(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{digits!r} is not an even number of hex digits") from None


def _integer(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None

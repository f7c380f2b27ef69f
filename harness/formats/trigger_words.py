"""The words of triggers that mean the same everywhere: numbers, bytes, addresses, signals.

Each is a ValueError if it is not what is wanted.
"""

import re
import signal
from collections.abc import Iterable

from harness.values.byte_template import ByteTemplate, parse_byte_template
from harness.values.near_names import near_names

# What the agent takes: guest_images/agent/limits.h.
_MAX_BYTES = 64 * 1024
_MAX_WORD = 63
_MAX_PORT = 65535

# As C writes the mode of a file.
_OCTAL = re.compile(r"0[0-7]+\Z")


def name_near(name: str, known: Iterable[str]) -> str:
    """`; near to it: mkdirat`, or nothing."""
    found = near_names(name, known)
    return f"; near to it: {' '.join(found)}" if found else ""


def parse_number(text: str, least: int, most: int, what: str) -> int:
    """As C writes it; `what` it is goes into the message."""
    try:
        number = int(text, 8 if _OCTAL.match(text) else 0)
    except ValueError:
        raise ValueError(f"{what} is a number, not {text!r}") from None
    if not least <= number <= most:
        raise ValueError(f"{what} is {number}, not from {least} to {most}")
    return number


def parse_word(text: str, what: str, most: int = _MAX_WORD) -> str:
    """One that the agent has room for."""
    if not text or len(text.encode()) > most:
        raise ValueError(f"{what} takes a word of at most {most} bytes")
    return text


def parse_bytes(words: list[str]) -> ByteTemplate:
    """The bytes of one message."""
    if not words:
        raise ValueError("no bytes are given (zero:0 for none)")
    template = parse_byte_template(" ".join(words))
    if template.size > _MAX_BYTES:
        raise ValueError(f"{template.size} bytes; the limit is {_MAX_BYTES}")
    return template


def parse_address(text: str) -> tuple[str, int]:
    """`127.0.0.1:4000` or `[::1]:4000`."""
    address, colon, port = text.rpartition(":")
    if not colon or not address or (":" in address) != address.startswith("["):
        raise ValueError(f"{text!r} is not ADDRESS:PORT or [ADDRESS]:PORT")
    return parse_word(address.strip("[]"), "an address"), parse_number(port, 0, _MAX_PORT, "a port")


def parse_signal(name: str) -> int:
    """The same on all architectures that there is a row for."""
    known = {entry.name: entry.value for entry in signal.Signals}
    if name not in known:
        raise ValueError(f"there is no signal {name}{name_near(name, known)}")
    return known[name]

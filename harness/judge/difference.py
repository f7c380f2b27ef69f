"""What differs between what was expected and what was seen, worded for a kernel developer."""

from dataclasses import dataclass

_SHOWN_BYTES = 32
_BEFORE = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference: one line, and the lines that prove it."""

    reason: str
    evidence: tuple[str, ...] = ()


def compare_bytes(what: str, expected: bytes, seen: bytes) -> Difference | None:
    """The first byte that differs, with those around it; None if there is none.

    >>> compare_bytes("data out", b"\\1\\2", b"\\1\\3").reason
    'data out differs at byte 1: 0x03, expected 0x02'
    """
    if expected == seen:
        return None
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, seen, strict=False)) if a != b),
        min(len(expected), len(seen)),
    )
    evidence = (f"expected: {_window(expected, at)}", f"seen:     {_window(seen, at)}")
    if len(expected) != len(seen):
        return Difference(f"{what} has {len(seen)} bytes, expected {len(expected)}", evidence)
    return Difference(
        f"{what} differs at byte {at}: {seen[at]:#04x}, expected {expected[at]:#04x}", evidence
    )


def show_bytes(content: bytes) -> str:
    """Bytes in hex, cut if there are many.

    >>> show_bytes(bytes(3))
    '00 00 00'
    """
    if not content:
        return "nothing"
    if len(content) <= _SHOWN_BYTES:
        return content.hex(" ")
    return f"{content[:_SHOWN_BYTES].hex(' ')} … ({len(content)} bytes)"


def show_retval(retval: int, *, signed: bool) -> str:
    """A return value of a test run, which the kernel gives as unsigned 32 bits."""
    return str(retval - (1 << 32) if signed and retval >= 1 << 31 else retval)


def _window(content: bytes, at: int) -> str:
    start = max(0, at - _BEFORE)
    part = content[start : start + _SHOWN_BYTES]
    before = f"(from byte {start}) " if start else ""
    after = " …" if start + _SHOWN_BYTES < len(content) else ""
    return f"{before}{part.hex(' ') or 'nothing'}{after}"

"""Makes text from a guest harmless for terminals and XML. Knows no format beyond that."""

import re

# Everything XML 1.0 forbids (section 2.2), and the control characters that move a cursor.
_CONTROL = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def scrub(text: str) -> str:
    """The text with every control character written as `\\xNN`; tabs and newlines stay.

    >>> scrub("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    return _CONTROL.sub(_escape, text)


def one_line(text: str, limit: int | None = None) -> str:
    """The scrubbed text on a single line, cut to `limit` characters."""
    return _cut(scrub(" ".join(text.split())), limit)


def verbatim_line(text: str, limit: int | None = None) -> str:
    """The same with its blanks kept: the columns of a log mean something."""
    return _cut(scrub(" ".join(text.splitlines())).expandtabs().rstrip(), limit)


def _cut(line: str, limit: int | None) -> str:
    return line if limit is None or len(line) <= limit else line[: max(0, limit - 1)] + "…"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

"""Debian version numbers, and the order Debian Policy 5.6.12 puts them in."""

import re
from functools import total_ordering

_PARTS = re.compile(r"(\D*)(\d*)")


@total_ordering
class DebianVersion:
    """One `[epoch:]upstream[-revision]`.

    >>> DebianVersion("7.3~rc7-1~exp1") < DebianVersion("7.3-1")
    True
    >>> DebianVersion("6.12.117-1~deb12u1").upstream
    '6.12.117'
    """

    __slots__ = ("_key", "text", "upstream")

    def __init__(self, text: str) -> None:
        self.text = text
        epoch, colon, rest = text.partition(":")
        if not colon:
            epoch, rest = "0", text
        self.upstream, dash, revision = rest.rpartition("-")
        if not dash:
            self.upstream, revision = rest, "0"
        self._key = (int(epoch), _sort_key(self.upstream), _sort_key(revision))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"DebianVersion({self.text!r})"

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DebianVersion) and self._key == other._key

    def __lt__(self, other: "DebianVersion") -> bool:
        return self._key < other._key


def _sort_key(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Alternating runs of non-digits and digits, each made comparable."""
    return tuple(
        (_letters_key(letters), int(digits or "0"))
        for letters, digits in _PARTS.findall(text)
        # findall ends with one empty match; it stands for the end, which `~` sorts before.
    )


def _letters_key(letters: str) -> tuple[int, ...]:
    """`~` before the end of the text, the end before letters, letters before the rest."""
    order = [
        -1 if letter == "~" else ord(letter) if letter.isalpha() else ord(letter) + 256
        for letter in letters
    ]
    return (*order, 0)

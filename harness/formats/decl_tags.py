"""The three encodings of the selftests' declaration tags, brought into one form and into order.

Knows prefixes and counters; knows nothing of what a key means.

    G1 (6.1)    comment:test_expect_msg=TEXT          order of the BTF ids
    G2 (6.12)   comment:test_expect_msg=<N>=TEXT      order of the BTF ids
    G3 (6.13+)  comment:<N>:test_expect_msg=TEXT      order of the numbers
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

_PREFIX = "comment:"
_G3 = re.compile(r"(\d+):")
_G2 = re.compile(r"(\d+)=")
# Keys whose tag may be repeated, and which therefore carry a counter in G2.
_COUNTED = frozenset(
    f"{key}{suffix}"
    for key in ("test_expect_msg", "test_expect_xlated", "test_jited", "test_expect_regex")
    for suffix in ("", "_unpriv")
)


class Generation(Enum):
    """Which encoding an object uses."""

    G1 = 1
    G2 = 2
    G3 = 3


@dataclass(frozen=True, slots=True)
class Tag:
    """One annotation: `key` alone, or `key=value`."""

    key: str
    value: str | None
    raw: str
    """As found in the object, for messages."""


def detect_generation(tags: Iterable[str]) -> Generation:
    """The encoding of all tags of one object.

    It is a property of the object: a G1 text may itself begin with digits and an equals sign.
    """
    bodies = [tag.removeprefix(_PREFIX) for tag in tags if tag.startswith(_PREFIX)]
    if any(_G3.match(body) for body in bodies):
        return Generation.G3
    texts = [text for key, _, text in (body.partition("=") for body in bodies) if key in _COUNTED]
    if texts and all(_G2.match(text) for text in texts):
        return Generation.G2
    return Generation.G1


def read_tags(tags: Sequence[str], generation: Generation) -> tuple[Tag, ...]:
    """The annotations among the tags of one function, in the order of the C source.

    >>> [tag.key for tag in read_tags(["comment:2:test_retval=1", "comment:1:x"], Generation.G3)]
    ['x', 'test_retval']
    """
    ours = [tag for tag in tags if tag.startswith(_PREFIX)]
    if generation is Generation.G3:
        # strverscmp in the kernel's loader: by number, and a tag without one comes last.
        ours.sort(key=_number)
    return tuple(_read_tag(tag, generation) for tag in ours)


def _number(tag: str) -> float:
    match = _G3.match(tag, len(_PREFIX))
    return float("inf") if match is None else int(match[1])


def _read_tag(raw: str, generation: Generation) -> Tag:
    body = raw.removeprefix(_PREFIX)
    if generation is Generation.G3:
        body = _G3.sub("", body, count=1) if _G3.match(body) else body
    key, equals, value = body.partition("=")
    if generation is Generation.G2 and key in _COUNTED:
        value = _G2.sub("", value, count=1)
    return Tag(key, value if equals else None, raw)

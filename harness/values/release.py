"""Kernel releases as versions: what `uname -r` says, and ranges of it that a user may write."""

import re
from dataclasses import dataclass

_NUMBERS = re.compile(r"\d{1,5}(?:\.\d{1,5}){1,2}")
_DEBIAN = re.compile(r" Debian (\d{1,5}(?:\.\d{1,5}){1,2})[-~ ]")

Version = tuple[int, ...]
"""Two or three numbers: (6, 12) is the series, (6, 12, 94) one release of it."""


def read_version(release: str) -> Version | None:
    """The numbers a release begins with; None if it begins otherwise.

    >>> read_version("6.12.94+deb13-amd64")
    (6, 12, 94)
    """
    match = _NUMBERS.match(release)
    return None if match is None else _numbers(match[0])


def upstream_release(release: str, uname_version: str) -> str:
    """What a kernel is made from, of `uname -r` and `uname -v`.

    Debian's older releases name an ABI and say the rest in the version:
    scripts/mkcompile_h with KBUILD_BUILD_VERSION_TIMESTAMP.

    >>> upstream_release("6.1.0-50-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-01)")
    '6.1.176'
    """
    match = _DEBIAN.search(uname_version)
    return release if match is None else match[1]


def parse_version(text: str) -> Version:
    """`6.12` or `6.12.94`, nothing else; raises ValueError."""
    if _NUMBERS.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a release such as 6.12 or 6.12.94")
    return _numbers(text)


def _numbers(text: str) -> Version:
    return tuple(int(number) for number in text.split("."))


@dataclass(frozen=True, slots=True)
class ReleaseRange:
    """From the first release to the last, both included; None is an open end.

    A series stands for all its releases: to 6.1 includes 6.1.170.
    """

    first: Version | None = None
    last: Version | None = None

    def __post_init__(self) -> None:
        if self.first is None and self.last is None:
            raise ValueError("a range without a first and a last release is no range")
        if self.first and self.last and not _reaches(self.first, self.last):
            raise ValueError(f"{self} ends before it begins")

    def __str__(self) -> str:
        first, last = (_text(end) if end else "" for end in (self.first, self.last))
        return f"{first} to {last}".strip()

    def __contains__(self, version: Version) -> bool:
        after = self.first is None or version[: len(self.first)] >= self.first
        return after and (self.last is None or _reaches(version, self.last))

    def overlaps(self, other: "ReleaseRange") -> bool:
        """Whether some release is in both."""
        return _begins_within(self, other) and _begins_within(other, self)


def _reaches(version: Version, last: Version) -> bool:
    return version[: len(last)] <= last


def _begins_within(one: ReleaseRange, other: ReleaseRange) -> bool:
    return one.first is None or other.last is None or _reaches(one.first, other.last)


def _text(version: Version) -> str:
    return ".".join(str(number) for number in version)

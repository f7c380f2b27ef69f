"""The suites of Debian's archive that hold kernels, and where to look first for a series."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite. Its lists cost a download, so a series is looked for where it is known to be."""

    name: str
    series: str | None = None
    """The series this suite carries the newest release of; None where it moves."""


SUITES: tuple[Suite, ...] = (
    Suite("bullseye-security", "5.10"),
    Suite("bullseye", "5.10"),
    Suite("bookworm-security", "6.1"),
    Suite("bookworm", "6.1"),
    Suite("trixie-security", "6.12"),
    Suite("trixie", "6.12"),
    # Backports hold many releases at once, each one older than its series in the suite above.
    Suite("bookworm-backports"),
    Suite("trixie-backports"),
    Suite("forky"),
    Suite("sid"),
    Suite("experimental"),
)

ALL_SUITES: tuple[str, ...] = tuple(suite.name for suite in SUITES)


def search_stages(series: str) -> tuple[tuple[str, ...], ...]:
    """Suites to search, a stage at a time: a later one only if the earlier ones had nothing.

    >>> search_stages("6.12")[0]
    ('trixie-security', 'trixie')
    """
    first = tuple(suite.name for suite in SUITES if suite.series == series)
    rest = tuple(name for name in ALL_SUITES if name not in first)
    return (first, rest) if first else (rest,)

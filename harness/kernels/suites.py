"""The suites of Debian's archive that hold kernels, and where to look first for a series."""

from dataclasses import dataclass

from harness.values.release import parse_version


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite. Its lists cost a download, so a series is looked for where it is known to be."""

    name: str
    series: str | None = None
    """The series this suite carries the newest release of; None where it moves."""

    newer_than: str | None = None
    """Of one that moves: the series of the stable suite below it, of which it never is."""


SUITES: tuple[Suite, ...] = (
    Suite("bullseye-security", "5.10"),
    Suite("bullseye", "5.10"),
    Suite("bookworm-security", "6.1"),
    Suite("bookworm", "6.1"),
    Suite("trixie-security", "6.12"),
    Suite("trixie", "6.12"),
    # Backports hold many releases at once, each one older than its series in the suite above.
    Suite("bookworm-backports", newer_than="6.1"),
    Suite("trixie-backports", newer_than="6.12"),
    Suite("forky", newer_than="6.12"),
    Suite("sid", newer_than="6.12"),
    Suite("experimental", newer_than="6.12"),
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


def may_carry(name: str, series: str) -> bool:
    """Whether a kernel of the series may be in a suite whose lists nobody has seen.

    >>> may_carry("trixie", "5.10"), may_carry("sid", "5.10"), may_carry("sid", "7.2")
    (False, False, True)
    """
    return any(_may_carry(suite, series) for suite in SUITES if suite.name == name)


def _may_carry(suite: Suite, series: str) -> bool:
    if suite.newer_than is None:
        return suite.series == series
    return parse_version(series) > parse_version(suite.newer_than)

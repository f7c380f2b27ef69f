"""Releases are compared as numbers, and a series stands for all of its releases."""

import pytest

from harness.values.release import ReleaseRange, parse_version, read_version


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("6.12.94+deb13-amd64", (6, 12, 94)),
        ("5.10.0-46-cloud-amd64", (5, 10, 0)),
        ("7.3-rc1", (7, 3)),
        ("next-20261120", None),
    ],
)
def test_a_release_is_read_up_to_what_is_no_number(
    release: str, version: tuple[int, ...] | None
) -> None:
    """What a distribution adds says nothing of upstream."""
    assert read_version(release) == version


@pytest.mark.parametrize("text", ["6", "6.", "6.12-rc1", "v6.12", "6.12.1.1", ""])
def test_only_releases_can_be_written(text: str) -> None:
    """A misspelt end would hold for ever, or never."""
    with pytest.raises(ValueError, match="is not a release"):
        parse_version(text)


@pytest.mark.parametrize(
    ("version", "within"),
    [
        ((5, 9, 16), False),
        ((5, 10, 0), True),
        ((6, 1, 0), True),
        ((6, 1, 192), True),
        ((6, 1), True),
        ((6, 2, 0), False),
        ((6, 10, 1), False),
    ],
)
def test_a_series_at_an_end_is_meant_whole(version: tuple[int, ...], within: bool) -> None:
    """6.10 comes after 6.2, and 6.1.192 is still 6.1."""
    assert (version in ReleaseRange((5, 10), (6, 1))) is within


def test_an_open_end_has_no_limit() -> None:
    assert (99, 0) in ReleaseRange((6, 8), None)
    assert (2, 6, 39) in ReleaseRange(None, (6, 1))


def test_a_range_may_end_within_a_series() -> None:
    """What a stable release brought back."""
    range_ = ReleaseRange((6, 12), (6, 12, 89))

    assert (6, 12, 89) in range_
    assert (6, 12, 90) not in range_


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ReleaseRange(None, (6, 1)), ReleaseRange((6, 2), None), False),
        (ReleaseRange(None, (6, 1)), ReleaseRange((6, 1), (6, 5)), True),
        (ReleaseRange(None, (6, 12)), ReleaseRange((6, 12, 90), None), True),
        (ReleaseRange((5, 10), (5, 15)), ReleaseRange((6, 1), (6, 6)), False),
    ],
)
def test_overlapping_ranges_are_found(
    one: ReleaseRange, other: ReleaseRange, expected: bool
) -> None:
    """For each release there must be one expectation."""
    assert (one.overlaps(other), other.overlaps(one)) == (expected, expected)


def test_a_range_runs_forward_and_has_an_end() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        ReleaseRange((6, 2), (6, 1))
    with pytest.raises(ValueError, match="no range"):
        ReleaseRange()

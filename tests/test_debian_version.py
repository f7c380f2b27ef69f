"""The order of Debian version numbers."""

from itertools import combinations

import pytest

from harness.host.debian_version import DebianVersion

# Ascending, as `dpkg --compare-versions` has them; neighbours are never equal.
ASCENDING = (
    "1.0~~",
    "1.0~rc1-1",
    "1.0-1~bpo12+1",
    "1.0-1",
    "1.0-1+b1",
    "1.0-1.1",
    "1.0a-1",
    "1.0+b-1",
    "1.9-1",
    "1.10-1",
    "5.10.251-3",
    "5.10.251-5",
    "6.12.9-1",
    "6.12.90-1~bpo12+1",
    "6.12.90-1",
    "6.12.117-1~deb12u1",
    "6.12.117-1",
    "7.3~rc7-1~exp1",
    "7.3-1",
    "7.3.4-1~bpo13+1",
    "1:0.1-1",
)


@pytest.mark.parametrize(("low", "high"), list(combinations(ASCENDING, 2)))
def test_versions_sort_as_dpkg_sorts_them(low: str, high: str) -> None:
    """Policy 5.6.12: a tilde before everything, letters before the rest, numbers as numbers."""
    assert DebianVersion(low) < DebianVersion(high)
    assert not DebianVersion(high) < DebianVersion(low)


def test_equal_versions_are_one_key() -> None:
    """Versions are used in sets and as keys."""
    assert len({DebianVersion("6.12.117-1"), DebianVersion("6.12.117-1")}) == 1


@pytest.mark.parametrize(
    ("text", "upstream"),
    [
        ("6.12.117-1", "6.12.117"),
        ("7.3~rc7-1~exp1", "7.3~rc7"),
        ("1:1.37.0-6+b9", "1.37.0"),
        ("1.0-2-3", "1.0-2"),
        ("20240101", "20240101"),
    ],
)
def test_the_upstream_part_is_without_epoch_and_revision(text: str, upstream: str) -> None:
    """It is what a user types after `debian:`."""
    assert upstream == DebianVersion(text).upstream

"""Where kernels of a series are looked for."""

import pytest

from harness.kernels.suites import ALL_SUITES, may_carry, search_stages


def test_the_default_series_needs_the_lists_of_one_release_only() -> None:
    """A fresh machine must not download every list there is."""
    assert search_stages("6.12")[0] == ("trixie-security", "trixie")


@pytest.mark.parametrize("series", ["5.10", "6.12", "6.19", "9.9"])
def test_in_the_end_every_suite_is_searched_once(series: str) -> None:
    """Whatever is hinted at, nothing is left out and nothing asked twice."""
    searched = [suite for stage in search_stages(series) for suite in stage]

    assert sorted(searched) == sorted(ALL_SUITES)


@pytest.mark.parametrize(
    ("series", "suites"),
    [
        ("5.10", "bullseye-security bullseye"),
        ("6.1", "bookworm-security bookworm"),
        ("6.12", "trixie-security trixie bookworm-backports"),
        ("7.2", "bookworm-backports trixie-backports forky sid experimental"),
    ],
)
def test_a_series_is_only_where_it_can_be(series: str, suites: str) -> None:
    """Stable suites keep theirs; what moves is never older than the stable one below it."""
    assert [suite for suite in ALL_SUITES if may_carry(suite, series)] == suites.split()

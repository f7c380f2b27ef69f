"""Which packaged releases lie between two kernels."""

import pytest

from harness.bisect.releases import Release, kernel_name, releases_between
from harness.host.debian_version import DebianVersion
from harness.kernels.debian import DebianKernel
from harness.values.arch import X86_64
from harness.values.errors import UsageError
from tests.fake_releases import kernel

ARCHIVE = (
    kernel("6.1.192-2", "bookworm-security"),
    kernel("6.12.9-1", "trixie"),
    kernel("6.12.90-2", "trixie-security"),
    kernel("6.12.90-1", "trixie-security"),
    kernel("6.12.90-1~bpo12+1", "bookworm-backports"),
    kernel("6.12.90-2~bpo12+1", "bookworm-backports"),
    kernel("6.12.100-1", "trixie"),
    kernel("6.12.117-1", "trixie-security"),
    kernel("7.3~rc7-1~exp1", "experimental"),
    kernel("7.3.4-1~bpo13+1", "trixie-backports"),
)


def find(version: str) -> DebianKernel:
    return next(kernel for kernel in ARCHIVE if kernel.version.text == version)


def between(
    first: str, last: str, cached: tuple[str, ...] = (), archive: tuple[DebianKernel, ...] = ARCHIVE
) -> list[list[str]]:
    """The versions of each release, in the order in which they would be tried."""
    found = releases_between(
        archive, (find(first), find(last)), is_cached=lambda kernel: str(kernel.version) in cached
    )
    return [[str(kernel.version) for kernel in release.kernels] for release in found]


def test_each_upstream_release_is_there_once_in_order() -> None:
    """6.12.9 is older than 6.12.90, and the newest revision comes first."""
    assert between("6.1.192-2", "7.3.4-1~bpo13+1") == [
        ["6.1.192-2"],
        ["6.12.9-1"],
        ["6.12.90-2", "6.12.90-2~bpo12+1", "6.12.90-1", "6.12.90-1~bpo12+1"],
        ["6.12.100-1"],
        ["6.12.117-1"],
        ["7.3~rc7-1~exp1"],
        ["7.3.4-1~bpo13+1"],
    ]


def test_it_does_not_matter_which_end_is_named_first() -> None:
    assert between("6.12.117-1", "6.12.9-1") == between("6.12.9-1", "6.12.117-1")


def test_what_is_on_this_machine_comes_first() -> None:
    releases = between("6.12.9-1", "6.12.117-1", cached=("6.12.90-1", "6.12.90-1~bpo12+1"))

    assert releases[1] == [
        "6.12.90-1",
        "6.12.90-1~bpo12+1",
        "6.12.90-2",
        "6.12.90-2~bpo12+1",
    ]


def test_the_ends_are_the_very_kernels_named() -> None:
    """And no other revision of theirs lies between them, cached or not."""
    releases = between("6.12.90-1~bpo12+1", "6.12.100-1", cached=("6.12.90-2",))

    assert releases == [["6.12.90-1~bpo12+1"], ["6.12.100-1"]]


def test_two_revisions_of_one_release_are_neighbours() -> None:
    assert between("6.12.90-1~bpo12+1", "6.12.90-2") == [["6.12.90-1~bpo12+1"], ["6.12.90-2"]]


def test_a_package_in_two_suites_and_two_flavours_is_tried_once() -> None:
    """In the flavour that is preferred."""
    other = X86_64.kernel_flavours[-1]
    twice = (kernel("6.12.100-1", "trixie-security", flavour=other), *ARCHIVE)

    releases = releases_between(
        twice, (find("6.12.9-1"), find("6.12.117-1")), is_cached=lambda kernel: False
    )

    assert [k.flavour for k in releases[2].kernels] == [X86_64.kernel_flavours[0]]
    assert other != X86_64.kernel_flavours[0]


def test_one_kernel_is_no_row() -> None:
    with pytest.raises(UsageError, match=r"debian:6\.12\.9-1 is both the good and the bad"):
        between("6.12.9-1", "6.12.9-1")


def test_a_release_knows_its_series_and_its_name() -> None:
    release = Release((find("6.12.90-1~bpo12+1"),))

    assert (release.series, release.version) == ("6.12", DebianVersion("6.12.90"))
    assert kernel_name(release.kernels[0]) == "debian:6.12.90-1~bpo12+1"

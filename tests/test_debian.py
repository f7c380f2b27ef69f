"""Which kernels the recorded package lists hold."""

import logging
from pathlib import Path

import pytest

from harness.host.apt_archive import AptArchive, Package
from harness.kernels.debian import choose_kernel, find_kernels, parse_kernels
from harness.kernels.names import DebianRelease, DebianSeries, DebianSuite
from harness.values.arch import ARM64, X86_64
from harness.values.errors import DownloadError, NoPackageError
from tests.fake_machine import RECORDED, FakeRunner, fake_apt, fake_archive

RECORDED_SUITES = sorted(
    path.stem.removeprefix("names_")
    for path in RECORDED.glob("names_*.txt")
    if (RECORDED / path.name.replace("names_", "madison_")).exists()
)


def expected_newest(suite: str) -> list[str]:
    """Release and version from the recorded file's header."""
    for line in (RECORDED / f"madison_{suite}.txt").read_text().splitlines():
        if line.startswith("# newest: "):
            return line.split()[2:]
    raise AssertionError(f"the recording of {suite} has no expected result")


@pytest.fixture
def runner() -> FakeRunner:
    return fake_apt()


@pytest.fixture
def archive(tmp_path: Path, runner: FakeRunner) -> AptArchive:
    return fake_archive(tmp_path, runner)


@pytest.mark.parametrize("suite", RECORDED_SUITES)
def test_the_newest_kernel_of_each_recorded_suite_is_found(archive: AptArchive, suite: str) -> None:
    """Signed, cloud flavour, no metapackage, whatever the naming of that suite's time."""
    newest = find_kernels(archive, X86_64, (suite,))[-1]

    assert [newest.release, str(newest.version)] == expected_newest(suite)


def test_all_recorded_suites_are_tested() -> None:
    """An empty list of recordings would test nothing."""
    assert len(RECORDED_SUITES) == 6


def test_a_split_kernel_needs_all_its_parts(archive: AptArchive) -> None:
    """Since 6.19 linux-image-* is empty."""
    kernel = choose_kernel(archive, X86_64, DebianSuite("sid"))

    assert [package.name for package in kernel.packages] == [
        "linux-binary-7.2.13+deb14-cloud-amd64",
        "linux-modules-7.2.13+deb14-cloud-amd64",
        "linux-base-7.2.13+deb14-cloud-amd64",
    ]


def test_a_split_kernel_without_all_its_parts_is_none() -> None:
    """trixie-backports keeps linux-image and linux-binary of 7.0, without modules and config."""
    release = "7.0.13+deb13-cloud-amd64"
    names = tuple(f"linux-{part}-{release}" for part in ("image", "binary"))

    assert parse_kernels(X86_64, "trixie-backports", names, no_versions) == ()


def no_versions(names: tuple[str, ...]) -> tuple[Package, ...]:
    """Nothing is worth asking for."""
    assert names == ()
    return ()


def test_an_older_kernel_is_one_package(archive: AptArchive) -> None:
    """Up to 6.18."""
    kernel = choose_kernel(archive, X86_64, DebianSeries("6.12"))

    assert [package.name for package in kernel.packages] == [
        "linux-image-6.12.117+deb13-cloud-amd64"
    ]


def test_metapackages_and_unsigned_images_are_no_kernels(archive: AptArchive) -> None:
    """linux-image-6.1-cloud-amd64 only depends on the newest; the others are for signing."""
    releases = {kernel.release for kernel in find_kernels(archive, X86_64, ("bullseye-security",))}

    assert "6.1.0-0.deb11.52-cloud-amd64" in releases
    assert "6.1-cloud-amd64" not in releases
    assert not any("unsigned" in release or "rt" in release for release in releases)


def test_a_series_means_its_newest_release_and_few_lists(
    archive: AptArchive, runner: FakeRunner
) -> None:
    """trixie-security is ahead of trixie; nothing else is asked."""
    kernel = choose_kernel(archive, X86_64, DebianSeries("6.12"))

    assert (kernel.upstream, kernel.suite) == ("6.12.117", "trixie-security")
    assert runner.count("apt-get", "update") == 2


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("6.12.94", "6.12.94+deb13-cloud-amd64"),
        ("6.12.90", "6.12.90+deb13.1-cloud-amd64"),
        ("6.12.90-1", "6.12.90+deb13-cloud-amd64"),
        ("6.12.95-1~bpo12+1", "6.12.95+deb12-cloud-amd64"),
        ("6.12.43+deb12-cloud-amd64", "6.12.43+deb12-cloud-amd64"),
        ("6.12.117+deb13-amd64", "6.12.117+deb13-amd64"),
        ("7.3~rc7", "7.3-cloud-amd64"),
        ("5.10.251", "5.10.0-43-cloud-amd64"),
    ],
)
def test_a_release_is_found_by_any_of_its_names(
    archive: AptArchive, name: str, release: str
) -> None:
    """Upstream version (its newest revision), package version, or uname -r with its flavour."""
    assert choose_kernel(archive, X86_64, DebianRelease(name)).release == release


def test_a_series_that_no_suite_is_known_for_is_found(archive: AptArchive) -> None:
    """All suites are searched for it."""
    assert choose_kernel(archive, X86_64, DebianSeries("7.2")).suite == "sid"


def test_an_unknown_series_lists_the_series_there_are(archive: AptArchive) -> None:
    """In their own order, and where more can be learned."""
    with pytest.raises(NoPackageError, match=r"debian:6\.99") as caught:
        choose_kernel(archive, X86_64, DebianSeries("6.99"))

    remedy = caught.value.remedy or ""
    assert "debian:5.10 debian:6.1 debian:6.12 debian:7.2 debian:7.3;" in remedy
    assert "kernels list --arch x86_64" in remedy
    assert caught.value.exist == ("5.10", "6.1", "6.12", "7.2", "7.3")


def test_an_unknown_release_lists_those_of_its_series(archive: AptArchive) -> None:
    """Not all that there are."""
    with pytest.raises(NoPackageError) as caught:
        choose_kernel(archive, X86_64, DebianRelease("6.12.93"))

    assert "debian:6.12.94" in (caught.value.remedy or "")
    assert "debian:7" not in (caught.value.remedy or "")


def test_an_architecture_without_packages_says_so(archive: AptArchive) -> None:
    """Only amd64 was recorded."""
    with pytest.raises(NoPackageError, match="for arm64") as caught:
        choose_kernel(archive, ARM64, DebianSuite("sid"))

    assert "none for this architecture" in (caught.value.remedy or "")


def test_one_suite_out_of_reach_does_not_hide_the_others(
    archive: AptArchive, runner: FakeRunner, caplog: pytest.LogCaptureFixture
) -> None:
    """A mirror in the middle of its own update serves lists that do not match their signature."""
    conf = str(archive.folder / "amd64" / "trixie-security" / "apt.conf")
    runner.rule("apt-get", conf, "update", status=100, stderr="E: Failed to fetch: mirror sync")

    with caplog.at_level(logging.WARNING):
        kernel = choose_kernel(archive, X86_64, DebianSeries("6.12"))

    assert kernel.suite == "trixie"
    assert "trixie-security" in caplog.text


def test_a_kernel_that_may_be_in_a_suite_out_of_reach_is_not_called_absent(
    archive: AptArchive, runner: FakeRunner
) -> None:
    """A matrix leaves out what does not exist, and must not leave out what it could not see."""
    conf = str(archive.folder / "amd64" / "sid" / "apt.conf")
    runner.rule("apt-get", conf, "update", status=100, stderr="E: Failed to fetch: mirror sync")

    with pytest.raises(DownloadError, match="mirror sync"):
        choose_kernel(archive, X86_64, DebianSeries("7.2"))


@pytest.mark.parametrize("suite", ["trixie", "bookworm-backports", "sid"])
def test_a_suite_that_cannot_have_the_series_need_not_be_seen(
    archive: AptArchive, runner: FakeRunner, suite: str
) -> None:
    """A stable suite has its own series, and what moves is newer than the stable one below."""
    conf = str(archive.folder / "amd64" / suite / "apt.conf")
    runner.rule("apt-get", conf, "update", status=100, stderr="E: Failed to fetch: mirror sync")

    with pytest.raises(NoPackageError):
        choose_kernel(archive, X86_64, DebianSeries("5.9"))


def test_without_any_list_the_download_fails(archive: AptArchive, runner: FakeRunner) -> None:
    """No network is not the same as no such kernel."""
    runner.rule("apt-get", "update", status=100, stderr="E: Failed to fetch: no network")

    with pytest.raises(DownloadError, match="no network"):
        choose_kernel(archive, X86_64, DebianSeries("6.12"))

"""When the private apt uses the network, and what becomes of its failures."""

import logging
import os
from pathlib import Path

import pytest

from harness.host.apt_archive import LISTS_FRESH_S, AptArchive, Package, parse_madison
from harness.host.apt_sources import DebianMirrors
from harness.host.debian_version import DebianVersion
from harness.values.arch import X86_64
from harness.values.errors import DownloadError, InfrastructureError
from tests.fake_machine import FakeRunner, fake_apt

NO_NETWORK = (
    "W: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  "
    "Temporary failure resolving 'mirror.example'\n"
    "W: Some index files failed to download. They have been ignored, or old ones used instead.\n"
)

KERNEL = "linux-image-6.12.107+deb13-cloud-amd64"


class Clock:
    """Now, as the archive sees it."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def runner() -> FakeRunner:
    return fake_apt()


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture
def archive(tmp_path: Path, runner: FakeRunner, clock: Clock) -> AptArchive:
    made = AptArchive(tmp_path / "apt", runner, clock)
    made.__dict__["mirrors"] = DebianMirrors(
        "http://mirror.example/debian", "http://mirror.example/security", tmp_path / "keys.gpg"
    )
    return made


def read_lists_once(archive: AptArchive) -> None:
    archive.names(X86_64, "trixie", "linux-")


def test_lists_are_fetched_once_and_then_read_from_the_cache(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """However many questions are asked."""
    read_lists_once(archive)

    archive.names(X86_64, "trixie", "linux-image-")
    packages = archive.packages(X86_64, "trixie", (KERNEL,))

    assert runner.count("apt-get", "update") == 1
    assert (Package(KERNEL, DebianVersion("6.12.107-1"), "trixie", "amd64"),) == packages


def test_a_second_process_does_not_fetch_them_again(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """What is fresh is written in the cache, not in memory."""
    read_lists_once(archive)

    AptArchive(archive.folder, runner, clock).names(X86_64, "trixie", "linux-")

    assert runner.count("apt-get", "update") == 1


def test_each_port_and_suite_has_a_state_of_its_own(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """Signed by the keyring, from the mirror that holds the suite, for one port only."""
    read_lists_once(archive)
    archive.names(X86_64, "trixie-security", "linux-")

    state = archive.folder / "amd64" / "trixie-security"
    source = (state / "sources.list").read_text()
    configuration = (state / "apt.conf").read_text()
    keys = archive.mirrors.keyring
    assert f"deb [signed-by={keys}] http://mirror.example/security trixie-security main\n" == source
    assert f'Dir::State::Lists "{state}/lists/";' in configuration
    assert 'APT::Architectures { "amd64"; };' in configuration
    assert runner.count("apt-get", "update") == 2


def test_a_machine_that_allows_unsigned_lists_does_not_weaken_ours(
    archive: AptArchive, runner: FakeRunner
) -> None:
    """Ours is read after the machine's own settings, and turns every such option off."""
    archive.names(X86_64, "trixie", "linux-")

    configuration = (archive.folder / "amd64" / "trixie" / "apt.conf").read_text()
    for option in (
        "APT::Get::AllowUnauthenticated",
        "Acquire::AllowInsecureRepositories",
        "Acquire::AllowWeakRepositories",
        "Acquire::AllowDowngradeToInsecureRepositories",
    ):
        assert f'{option} "false";' in configuration
    update = next(call for call in runner.calls if call[-1] == "update")
    assert update[1:3] == ("-c", str(archive.folder / "amd64" / "trixie" / "apt.conf"))


def test_lists_older_than_a_day_are_fetched_anew(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """A series or suite moves on."""
    read_lists_once(archive)
    clock.now_s += LISTS_FRESH_S + 1

    archive.names(X86_64, "trixie", "linux-")

    assert runner.count("apt-get", "update") == 2


def test_lists_from_the_future_are_fetched_anew(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """A clock that once was wrong must not keep lists for ever."""
    read_lists_once(archive)
    clock.now_s -= 3600

    archive.names(X86_64, "trixie", "linux-")

    assert runner.count("apt-get", "update") == 2


@pytest.mark.parametrize("status", [0, 100])
def test_without_network_and_lists_the_download_fails(
    archive: AptArchive, runner: FakeRunner, status: int
) -> None:
    """apt-get update ends with status 0 even if it fetched nothing."""
    runner.rule("apt-get", "update", status=status, stderr=NO_NETWORK)

    with pytest.raises(DownloadError, match="Temporary failure resolving") as caught:
        archive.names(X86_64, "trixie", "linux-")

    assert "check the network" in (caught.value.remedy or "")
    assert not (archive.folder / "amd64" / "trixie" / "updated").exists()


def test_without_network_old_lists_serve_with_a_warning(
    archive: AptArchive, runner: FakeRunner, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Work offline goes on, but not silently."""
    read_lists_once(archive)
    clock.now_s += LISTS_FRESH_S + 1
    runner.rule("apt-get", "update", stderr=NO_NETWORK)

    with caplog.at_level(logging.WARNING):
        names = archive.names(X86_64, "trixie", "linux-image-6.12.107")

    assert KERNEL in names
    assert "over a day old" in caplog.text


def test_lists_that_cannot_be_fetched_are_asked_for_once(
    archive: AptArchive, runner: FakeRunner
) -> None:
    """A matrix looks for a kernel on each of its targets; the reason is told in full once."""
    runner.rule("apt-get", "update", status=100, stderr=NO_NETWORK)
    with pytest.raises(DownloadError, match="Temporary failure resolving"):
        archive.names(X86_64, "trixie", "linux-")

    with pytest.raises(DownloadError, match="still without the package lists of trixie") as caught:
        archive.names(X86_64, "trixie", "linux-")

    assert "check the network" in (caught.value.remedy or "")
    assert runner.count("apt-get", "update") == 1


def test_old_lists_are_warned_of_once(
    archive: AptArchive, runner: FakeRunner, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """However many questions are asked without a network."""
    read_lists_once(archive)
    clock.now_s += LISTS_FRESH_S + 1
    runner.rule("apt-get", "update", stderr=NO_NETWORK)

    with caplog.at_level(logging.WARNING):
        read_lists_once(archive)
        read_lists_once(archive)

    assert caplog.text.count("over a day old") == 1
    assert runner.count("apt-get", "update") == 2


def test_a_suite_that_the_mirror_lacks_is_empty(archive: AptArchive, runner: FakeRunner) -> None:
    """Not every mirror carries every suite; it is asked once a day."""
    runner.rule(
        "apt-get",
        "update",
        status=100,
        stderr="E: The repository 'http://mirror.example/debian x Release' "
        "does not have a Release file.",
    )

    assert archive.names(X86_64, "bookworm", "linux-") == ()
    assert (archive.folder / "amd64" / "bookworm" / "updated").exists()


def test_a_full_disk_is_not_taken_for_a_lack_of_network(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """Old lists would serve in that case; here they must not hide the cause."""
    read_lists_once(archive)
    clock.now_s += LISTS_FRESH_S + 1
    runner.rule(
        "apt-get",
        "update",
        status=100,
        stderr="E: Write error - write (28: No space left on device)",
    )

    with pytest.raises(InfrastructureError, match="no space left"):
        archive.names(X86_64, "trixie", "linux-")


def test_an_error_of_apt_cache_is_not_an_empty_answer(
    archive: AptArchive, runner: FakeRunner
) -> None:
    """Damaged lists must not look like a kernel that does not exist."""
    runner.rule("apt-cache", "pkgnames", status=100, stderr="E: The package lists are damaged")

    with pytest.raises(InfrastructureError, match="lists are damaged"):
        archive.names(X86_64, "trixie", "linux-")


def test_packages_are_downloaded_by_exact_version(
    archive: AptArchive, runner: FakeRunner, tmp_path: Path
) -> None:
    """Into the folder that was asked for."""

    def download(argv: tuple[str, ...], cwd: Path | None) -> str:
        assert cwd is not None
        (cwd / "a.deb").write_bytes(b"")
        return ""

    runner.rule("apt-get", "download", f"{KERNEL}=6.12.107-1", effect=download)
    package = Package(KERNEL, DebianVersion("6.12.107-1"), "trixie", "amd64")

    debs = archive.download(X86_64, (package,), tmp_path)

    assert (tmp_path / "a.deb",) == debs


def test_a_package_that_went_away_is_looked_for_in_fresh_lists_once(
    archive: AptArchive, runner: FakeRunner, clock: Clock, tmp_path: Path
) -> None:
    """The mirror replaced a version since this morning's lists: 404."""
    read_lists_once(archive)
    runner.rule("apt-get", "download", status=100, stderr="404  Not Found")
    package = Package(KERNEL, DebianVersion("6.12.107-1"), "trixie", "amd64")
    chosen: list[int] = []

    def attempt() -> tuple[Path, ...]:
        archive.names(X86_64, "trixie", "linux-")
        chosen.append(runner.count("apt-get", "update"))
        return archive.download(X86_64, (package,), tmp_path)

    with pytest.raises(DownloadError, match="404  Not Found"):
        archive.with_fresh_lists(X86_64, attempt)

    assert chosen == [1, 2]


def test_source_packages_and_noise_are_no_packages() -> None:
    """apt-cache madison lists sources too, when deb-src is configured."""
    text = (
        "linux | 6.12.1-1 | http://mirror.example/debian trixie/main Sources\n"
        "N: something to note\n"
        " zlib1g | 1:1.3-2 | http://mirror.example/debian trixie/main amd64 Packages\n"
    )

    packages = parse_madison(text, suite="trixie", port="amd64")

    assert (Package("zlib1g", DebianVersion("1:1.3-2"), "trixie", "amd64"),) == packages


def test_the_time_of_the_lists_is_that_of_the_stamp(
    archive: AptArchive, runner: FakeRunner, clock: Clock
) -> None:
    """with_fresh_lists ages the stamps; an aged stamp makes the next question fetch."""
    read_lists_once(archive)
    os.utime(archive.folder / "amd64" / "trixie" / "updated", (0, 0))

    archive.names(X86_64, "trixie", "linux-")

    assert runner.count("apt-get", "update") == 2

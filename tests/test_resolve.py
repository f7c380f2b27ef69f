"""From a name to a kernel in the cache, and when the network is used for it."""

import logging
import shutil
from pathlib import Path

import pytest

from harness.host.apt_archive import LISTS_FRESH_S
from harness.kernels.resolve import KernelStore
from harness.values.arch import X86_64
from harness.values.errors import DownloadError, InfrastructureError, KernelError
from tests.fake_kernel import (
    RELEASE,
    bzimage,
    make_kernel_deb,
    old_layout,
    split_layout,
)
from tests.fake_machine import FakeRunner, fake_apt, fake_archive, make_deb, serve_packages


class Clock:
    """Now, as the store sees it."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return 1_800_000_000.0 + self.ahead_s


@pytest.fixture
def runner() -> FakeRunner:
    made = fake_apt()
    serve_packages(made, make_kernel_deb)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, runner: FakeRunner, clock: Clock) -> KernelStore:
    archive = fake_archive(tmp_path, runner, clock)
    return KernelStore(tmp_path / "kernels", archive, runner, clock)


def left_over(store: KernelStore) -> list[str]:
    """Entries and temporary folders of the cache, without lock files and notes."""
    return sorted(path.name for path in (store.folder / "x86_64").glob("*") if path.is_dir())


def test_a_series_is_downloaded_and_described(store: KernelStore) -> None:
    """Image, modules and config in the cache, the .deb gone."""
    kernel = store.resolve("debian:6.12", X86_64)

    assert (kernel.release, kernel.source) == (RELEASE, "debian:6.12")
    assert kernel.origin == f"linux-image-{RELEASE} 6.12.117-1 (trixie-security)"
    assert kernel.image.read_bytes() == bzimage()
    assert kernel.modules is not None
    assert list(store.folder.rglob("*.deb*")) == []


def test_a_split_kernel_is_downloaded_in_three_packages(
    store: KernelStore, runner: FakeRunner
) -> None:
    """As one apt-get command."""
    kernel = store.resolve("debian:sid", X86_64)

    assert kernel.release == "7.2.13+deb14-cloud-amd64"
    assert runner.count("apt-get", "download") == 1


def test_a_second_run_asks_nobody(store: KernelStore, runner: FakeRunner) -> None:
    """Not apt, not dpkg, not depmod."""
    first = store.resolve("debian:6.12", X86_64)
    calls = len(runner.calls)

    second = store.resolve("debian:6.12", X86_64)

    assert second == first
    assert len(runner.calls) == calls


def test_after_a_day_a_series_is_looked_up_again(
    store: KernelStore, runner: FakeRunner, clock: Clock
) -> None:
    """The lists are read anew; what they name is here already."""
    store.resolve("debian:6.12", X86_64)
    clock.ahead_s = LISTS_FRESH_S + 60

    store.resolve("debian:6.12", X86_64)

    assert runner.count("apt-get", "update") == 4
    assert runner.count("apt-get", "download") == 1


def test_a_release_is_never_looked_up_again(
    store: KernelStore, runner: FakeRunner, clock: Clock
) -> None:
    """It means the same for ever."""
    store.resolve("debian:6.12.94", X86_64)
    calls = len(runner.calls)
    clock.ahead_s = 365 * 24 * 3600

    store.resolve("debian:6.12.94", X86_64)

    assert len(runner.calls) == calls


def test_a_day_later_without_network_the_known_kernel_serves(
    store: KernelStore, runner: FakeRunner, clock: Clock
) -> None:
    """Lists that cannot be refreshed still name it."""
    known = store.resolve("debian:6.12", X86_64)
    clock.ahead_s = LISTS_FRESH_S + 60
    runner.rule("apt-get", "update", stderr="W: Failed to fetch x")
    runner.rule("apt-get", "download", status=100, stderr="E: Failed to fetch x")

    assert store.resolve("debian:6.12", X86_64) == known


def test_a_newer_kernel_out_of_reach_does_not_stop_work(
    store: KernelStore, runner: FakeRunner, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The lists name a newer one, which cannot be had: yesterday's serves, with a warning."""
    runner.rule("apt-cache", "pkgnames", stdout="linux-image-6.12.96+deb13-cloud-amd64\n")
    known = store.resolve("debian:6.12", X86_64)
    runner.rule("apt-cache", "pkgnames", stdout="linux-image-6.12.117+deb13-cloud-amd64\n")
    clock.ahead_s = LISTS_FRESH_S + 60
    runner.rule("apt-get", "download", status=100, stderr="E: Failed to fetch x")

    with caplog.at_level(logging.WARNING):
        kernel = store.resolve("debian:6.12", X86_64)

    assert kernel == known
    assert "resolved over a day ago" in caplog.text


def test_without_network_a_new_name_fails_and_leaves_nothing(
    store: KernelStore, runner: FakeRunner
) -> None:
    """A clear DownloadError."""
    runner.rule("apt-get", "download", status=100, stderr="E: Failed to fetch x")

    with pytest.raises(DownloadError, match="could not download linux-image"):
        store.resolve("debian:6.12", X86_64)

    assert [name for name in left_over(store) if RELEASE in name] == []


def test_a_version_replaced_on_the_mirror_is_chosen_anew(
    store: KernelStore, runner: FakeRunner
) -> None:
    """This morning's lists name 6.12.96, which is gone; the fresh ones name 6.12.117."""
    runner.rule("apt-cache", "pkgnames", stdout="linux-image-6.12.96+deb13-cloud-amd64\n")
    gone = "linux-image-6.12.96+deb13-cloud-amd64=6.12.96-1"
    runner.rule("apt-get", gone, status=100, stderr="404  Not Found")

    def update(argv: tuple[str, ...], cwd: Path | None) -> str:
        if runner.count("apt-get", gone):
            runner.rule("apt-cache", "pkgnames", stdout=f"linux-image-{RELEASE}\n")
        return ""

    runner.rule("apt-get", "update", effect=update)

    assert store.resolve("debian:6.12", X86_64).release == RELEASE


def test_an_interrupted_download_is_never_taken_for_a_whole_one(
    store: KernelStore, runner: FakeRunner
) -> None:
    """Half a .deb on the disk, then Ctrl-C; the next run starts from nothing."""

    def interrupted(argv: tuple[str, ...], cwd: Path | None) -> str:
        assert cwd is not None
        (cwd / "half.deb").write_bytes(b"half")
        raise KeyboardInterrupt

    runner.rule("apt-get", "download", effect=interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.resolve("debian:6.12", X86_64)
    assert left_over(store) == []

    serve_packages(runner, make_kernel_deb)

    assert store.resolve("debian:6.12", X86_64).release == RELEASE


def test_a_disk_full_while_downloading_leaves_nothing(
    store: KernelStore, runner: FakeRunner
) -> None:
    """The error names the disk and the remedy."""

    def full(argv: tuple[str, ...], cwd: Path | None) -> str:
        assert cwd is not None
        (cwd / "half.deb").write_bytes(b"half")
        return ""

    runner.rule(
        "apt-get",
        "download",
        status=100,
        stderr="E: Write error - write (28: No space left on device)",
        effect=full,
    )

    with pytest.raises(InfrastructureError, match="no space left") as caught:
        store.resolve("debian:6.12", X86_64)

    assert "XDG_CACHE_HOME" in (caught.value.remedy or "")
    assert left_over(store) == []


def test_a_package_without_bpf_is_refused_and_not_kept(
    store: KernelStore, runner: FakeRunner
) -> None:
    """A usage error that names the package."""
    serve_packages(
        runner,
        lambda name, path: make_deb(path, old_layout(name.split("-", 2)[2], config="CONFIG_X=y\n")),
    )

    with pytest.raises(KernelError, match=r"linux-image-6\.12\.117.* is a kernel without BPF"):
        store.resolve("debian:6.12", X86_64)

    assert [name for name in left_over(store) if name != "names"] == []


def test_a_deb_of_the_users_is_kept_by_its_content(
    store: KernelStore, runner: FakeRunner, tmp_path: Path
) -> None:
    """Unpacked once, wherever it lies."""
    make_deb(tmp_path / "mine.deb", old_layout())
    (tmp_path / "copy.deb").write_bytes((tmp_path / "mine.deb").read_bytes())

    first = store.resolve(str(tmp_path / "mine.deb"), X86_64)
    second = store.resolve(str(tmp_path / "copy.deb"), X86_64)

    assert first.image == second.image
    assert runner.count("dpkg-deb") == 1


def test_the_other_parts_of_a_split_deb_are_found_beside_it(
    store: KernelStore, tmp_path: Path
) -> None:
    """linux-binary-* alone would be a kernel without modules."""
    for part, files in split_layout("7.2.13").items():
        make_deb(tmp_path / f"linux-{part}-7.2.13_7.2.13-1_amd64.deb", files)

    kernel = store.resolve(str(tmp_path / "linux-binary-7.2.13_7.2.13-1_amd64.deb"), X86_64)

    assert kernel.modules is not None
    assert kernel.config is not None


def test_an_image_of_the_users_is_used_where_it_lies(store: KernelStore, tmp_path: Path) -> None:
    """Nothing is copied."""
    (tmp_path / "bzImage").write_bytes(bzimage())

    assert store.resolve(str(tmp_path / "bzImage"), X86_64).image == tmp_path / "bzImage"


def test_cached_knows_what_was_resolved_and_asks_nobody(
    store: KernelStore, runner: FakeRunner
) -> None:
    """What `doctor` looks at."""
    assert store.cached("debian:6.12", X86_64) is None
    assert runner.calls == []
    kernel = store.resolve("debian:6.12", X86_64)

    assert store.cached("debian:6.12", X86_64) == kernel


def test_a_kernel_removed_from_the_cache_is_downloaded_again(
    store: KernelStore, runner: FakeRunner
) -> None:
    """The note that names it is not believed blindly."""
    kernel = store.resolve("debian:6.12", X86_64)
    shutil.rmtree(kernel.image.parent)

    assert store.resolve("debian:6.12", X86_64) == kernel
    assert runner.count("apt-get", "download") == 2

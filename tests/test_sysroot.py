"""Making a target's sysroot from packages, once."""

import shutil
from pathlib import Path

import pytest

from harness.host.apt_archive import AptArchive
from harness.toolchain.sysroot import (
    Sysroot,
    SysrootStore,
    newest_libgcc,
)
from harness.values.arch import ARM, ARM64, X86_64
from harness.values.errors import DownloadError, InfrastructureError
from tests.fake_machine import FakeRunner, fake_apt, fake_archive, make_deb, serve_packages

FILES = {
    "busybox-static": {"usr/bin/busybox": b"busybox"},
    "linux-bpf-dev": {
        "usr/include/x86_64-linux-gnu/linux/bpf/vmlinux.h": b"#ifndef __VMLINUX_H__\n",
        "usr/include/arm-linux-gnueabihf/linux/bpf/vmlinux.h": b'#error "no types"\n',
    },
    "libc6-dev": {"usr/lib/x86_64-linux-gnu/libc.a": b"!<arch>\n"},
}


def make(name: str, path: Path) -> None:
    make_deb(path, {f"usr/share/doc/{name}/copyright": b"", **FILES.get(name, {})})


@pytest.fixture
def runner() -> FakeRunner:
    made = fake_apt()
    serve_packages(made, make)
    return made


@pytest.fixture
def store(tmp_path: Path, runner: FakeRunner) -> SysrootStore:
    archive = fake_archive(tmp_path, runner)
    return SysrootStore(tmp_path / "sysroots", archive, runner)


def test_a_sysroot_holds_what_its_packages_hold(store: SysrootStore) -> None:
    """Headers, libraries and busybox; no documentation, no .deb."""
    sysroot = store.get(X86_64)

    assert sysroot.busybox.read_bytes() == b"busybox"
    assert sysroot.vmlinux_header is not None
    assert (sysroot.path / "usr" / "lib" / "x86_64-linux-gnu" / "libc.a").is_file()
    names = sorted(path.name for path in sysroot.path.iterdir())
    assert names == ["packages.json", "usr"]
    assert not (sysroot.path / "usr" / "share").exists()


def test_a_header_that_is_only_an_error_is_none(store: SysrootStore) -> None:
    """Debian's package for arm, whose kernels carry no BTF, has a vmlinux.h with an #error."""
    sysroot = Sysroot(ARM, store.get(X86_64).path, "key")

    assert (sysroot.include[0] / "linux" / "bpf" / "vmlinux.h").is_file()
    assert sysroot.vmlinux_header is None


def test_a_sysroot_says_which_versions_it_was_made_of(store: SysrootStore) -> None:
    """The newest libgcc of the lists, and the recorded libbpf."""
    versions = store.get(X86_64).packages()

    assert versions["libgcc-16-dev"] == "16.2.0-4"
    assert versions["libbpf-dev"] == "1:1.7.0-1"
    assert "libgcc-15-dev" not in versions


def test_a_second_run_asks_nobody(store: SysrootStore, runner: FakeRunner) -> None:
    """No apt, however old the lists are."""
    first = store.get(X86_64)
    calls = len(runner.calls)

    assert store.get(X86_64) == first
    assert len(runner.calls) == calls


def test_a_removed_sysroot_is_made_again(store: SysrootStore, runner: FakeRunner) -> None:
    """The note that names it is not believed blindly."""
    shutil.rmtree(store.get(X86_64).path)

    assert store.get(X86_64).busybox.is_file()
    assert runner.count("apt-get", "download") == 2


def test_an_architecture_without_packages_is_an_error(store: SysrootStore) -> None:
    """Nothing was recorded for arm64, as if the mirror left the port out."""
    empty = FakeRunner()
    empty.rule("apt-get", "update")
    empty.rule("apt-cache", "pkgnames")
    empty.rule("apt-cache", "madison")
    archive = AptArchive(store.archive.folder, empty)
    archive.__dict__["mirrors"] = store.archive.mirrors

    with pytest.raises(DownloadError, match="name no libgcc-N-dev"):
        SysrootStore(store.folder, archive, empty).get(ARM64)


def test_a_disk_full_while_unpacking_leaves_nothing(
    store: SysrootStore, runner: FakeRunner
) -> None:
    """No half-made sysroot that later builds would fail in."""
    runner.rule("dpkg-deb", status=2, stderr="tar: Cannot write: No space left on device")

    with pytest.raises(InfrastructureError, match="no space left"):
        store.get(X86_64)

    assert store.cached(X86_64) is None
    assert [path for path in (store.folder / "x86_64").iterdir() if path.is_dir()] == []


def test_the_newest_libgcc_is_the_one_with_the_highest_number() -> None:
    """As numbers, not as text; the run-time libraries are something else."""
    names = ("libgcc-9-dev", "libgcc-16-dev", "libgcc-s1", "libgcc-13-dev", "libgcc-16-dev-cross")

    assert newest_libgcc(names) == "libgcc-16-dev"

"""What is kept of a kernel, and what is refused before it is kept."""

from pathlib import Path

import pytest

from harness.kernels.entry import KernelFiles, check_kernel, digest_of, read_entry, write_entry
from harness.values.arch import ARM64, X86_64
from harness.values.errors import InfrastructureError, KernelError
from tests.fake_kernel import CONFIG, RELEASE, arm64_image, bzimage, zboot
from tests.fake_machine import FakeRunner, fake_apt


def kernel_files(folder: Path, *, config: str = CONFIG) -> KernelFiles:
    folder.mkdir()
    (folder / "vmlinuz").write_bytes(bzimage())
    (folder / "config").write_text(config)
    (folder / "modules" / "kernel").mkdir(parents=True)
    return KernelFiles(folder / "vmlinuz", folder / "config", folder / "modules")


def entry(tmp_path: Path) -> Path:
    folder = tmp_path / "entry"
    folder.mkdir()
    return folder


def test_a_kept_kernel_comes_back_whole(tmp_path: Path) -> None:
    """Image, config, modules under the release that the image itself names, and the digest."""
    folder = entry(tmp_path)

    write_entry(folder, kernel_files(tmp_path / "in"), X86_64, origin="a.deb", runner=fake_apt())
    kernel = read_entry(folder, X86_64, source="debian:6.12")

    assert kernel is not None
    assert kernel.release == RELEASE
    assert kernel.image.read_bytes() == bzimage()
    assert kernel.config is not None
    assert kernel.config.read_text() == CONFIG
    assert kernel.modules == folder / "lib" / "modules" / RELEASE
    assert (kernel.modules / "modules.dep").is_file()
    assert kernel.digest == digest_of(kernel.image)
    assert (kernel.source, kernel.origin) == ("debian:6.12", "a.deb")


def test_a_kernel_without_modules_and_config_is_kept_so(tmp_path: Path) -> None:
    """None, not a path that leads nowhere."""
    (tmp_path / "bzImage").write_bytes(bzimage())
    folder = entry(tmp_path)
    files = KernelFiles(tmp_path / "bzImage", None, None)

    write_entry(folder, files, X86_64, origin="x", runner=FakeRunner())
    kernel = read_entry(folder, X86_64, source="x")

    assert kernel is not None
    assert (kernel.modules, kernel.config) == (None, None)


def test_a_packed_image_is_kept_unpacked(tmp_path: Path) -> None:
    """QEMU 7.2 cannot start an EFI zboot image."""
    (tmp_path / "vmlinuz").write_bytes(zboot(arm64_image()))
    folder = entry(tmp_path)
    files = KernelFiles(tmp_path / "vmlinuz", None, None)

    write_entry(folder, files, ARM64, origin="x", runner=FakeRunner())
    kernel = read_entry(folder, ARM64, source="x")

    assert kernel is not None
    assert kernel.image.read_bytes() == arm64_image()


def test_modules_that_are_indexed_are_not_indexed_again(tmp_path: Path) -> None:
    """make bindeb-pkg ships modules.dep; depmod takes seconds."""
    files = kernel_files(tmp_path / "in")
    assert files.modules is not None
    (files.modules / "modules.dep").write_text("kept")

    write_entry(entry(tmp_path), files, X86_64, origin="x", runner=FakeRunner())

    kept = tmp_path / "entry" / "lib" / "modules" / RELEASE / "modules.dep"
    assert kept.read_text() == "kept"


def test_a_failing_depmod_is_shown(tmp_path: Path) -> None:
    """Its own words."""
    runner = FakeRunner()
    runner.rule("depmod", status=1, stderr="depmod: ERROR: bad module")

    with pytest.raises(InfrastructureError, match="depmod: ERROR: bad module"):
        write_entry(
            entry(tmp_path), kernel_files(tmp_path / "in"), X86_64, origin="x", runner=runner
        )


def test_a_kernel_for_another_architecture_is_not_kept(tmp_path: Path) -> None:
    """Before anything else is looked at."""
    with pytest.raises(KernelError, match="for x86_64, but arm64 was asked for"):
        check_kernel(kernel_files(tmp_path / "in"), ARM64, name="x")


def test_a_kernel_without_bpf_is_not_kept(tmp_path: Path) -> None:
    """It could load nothing."""
    files = kernel_files(tmp_path / "in", config="CONFIG_BLK_DEV_INITRD=y\n")

    with pytest.raises(KernelError, match="kernel without BPF"):
        check_kernel(files, X86_64, name="x")


def test_an_entry_without_its_image_is_none(tmp_path: Path) -> None:
    """Somebody tidied up in the cache."""
    folder = entry(tmp_path)
    write_entry(folder, kernel_files(tmp_path / "in"), X86_64, origin="x", runner=fake_apt())
    (folder / "image").unlink()

    assert read_entry(folder, X86_64, source="x") is None


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """For example /boot/vmlinuz of a distribution that hides it from users."""
    with pytest.raises(KernelError, match=r"cannot read .*gone"):
        digest_of(tmp_path / "gone")

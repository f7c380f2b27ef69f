"""Taking the kernel out of Debian packages."""

from pathlib import Path

import pytest

from harness.kernels.entry import read_entry
from harness.kernels.packages import unpack_kernel
from harness.values.arch import X86_64
from harness.values.errors import InfrastructureError, KernelError
from tests.fake_kernel import RELEASE, old_layout, split_layout
from tests.fake_machine import FakeRunner, fake_apt, make_deb


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "entry"
    made.mkdir()
    return made


def unpack(debs: list[Path], folder: Path, runner: FakeRunner | None = None) -> None:
    unpack_kernel(debs, folder, X86_64, origin="some.deb", runner=runner or fake_apt())


def test_a_package_of_the_older_layout(tmp_path: Path, folder: Path) -> None:
    """boot/ and lib/modules; of what is unpacked only the kernel is kept."""
    make_deb(tmp_path / "a.deb", old_layout())

    unpack([tmp_path / "a.deb"], folder)
    kernel = read_entry(folder, X86_64, source="a.deb")

    assert kernel is not None
    assert kernel.release == RELEASE
    assert kernel.modules is not None
    assert (kernel.modules / "kernel" / "net" / "some.ko.xz").is_file()
    assert kernel.config is not None
    assert (folder / "System.map").is_file()
    assert not (folder / "unpacked").exists()


def test_a_package_whose_modules_lie_in_lib(tmp_path: Path, folder: Path) -> None:
    """bullseye and `make bindeb-pkg` have lib/modules without usr."""
    files = {name.removeprefix("usr/"): content for name, content in old_layout().items()}
    make_deb(tmp_path / "a.deb", files)

    unpack([tmp_path / "a.deb"], folder)
    kernel = read_entry(folder, X86_64, source="a.deb")

    assert kernel is not None
    assert kernel.modules is not None


def test_packages_of_the_split_layout(tmp_path: Path, folder: Path) -> None:
    """Since 6.19: everything under usr/lib/modules/RELEASE, in three packages."""
    release = "7.2.13+deb14-cloud-amd64"
    debs = []
    for part, files in split_layout(release).items():
        debs.append(tmp_path / f"linux-{part}.deb")
        make_deb(debs[-1], files)

    unpack(debs, folder)
    kernel = read_entry(folder, X86_64, source="debian:sid")

    assert kernel is not None
    assert kernel.release == release
    assert kernel.modules is not None
    assert (kernel.modules / "kernel" / "net" / "some.ko.xz").is_file()
    assert kernel.config is not None


def test_the_image_part_alone_is_a_kernel_without_modules(tmp_path: Path, folder: Path) -> None:
    """It can be booted if all that is needed is built in."""
    make_deb(tmp_path / "b.deb", split_layout("7.2.13")["binary"])

    unpack([tmp_path / "b.deb"], folder)
    kernel = read_entry(folder, X86_64, source="b.deb")

    assert kernel is not None
    assert (kernel.modules, kernel.config) == (None, None)


def test_a_package_without_an_image_says_which_has_it(tmp_path: Path, folder: Path) -> None:
    """linux-image-* of sid is empty, linux-headers-* never had one."""
    make_deb(tmp_path / "a.deb", {"usr/share/doc/README": b""})

    with pytest.raises(KernelError, match="holds no kernel image for x86_64") as caught:
        unpack([tmp_path / "a.deb"], folder)

    assert "linux-binary-*" in (caught.value.remedy or "")


def test_what_is_no_package_is_refused(tmp_path: Path, folder: Path) -> None:
    """The user's file, so the user's error, with dpkg's own words."""
    runner = FakeRunner()
    runner.rule("dpkg-deb", status=2, stderr="dpkg-deb: error: not a Debian format archive")

    with pytest.raises(KernelError, match="not a Debian format archive"):
        unpack([tmp_path / "a.deb"], folder, runner)


def test_a_full_disk_is_not_blamed_on_the_package(tmp_path: Path, folder: Path) -> None:
    """The package may be fine."""
    runner = FakeRunner()
    runner.rule("dpkg-deb", status=2, stderr="tar: cannot write: No space left on device")

    with pytest.raises(InfrastructureError, match="no space left"):
        unpack([tmp_path / "a.deb"], folder, runner)

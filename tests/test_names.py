"""What users may call a kernel."""

from pathlib import Path

import pytest

from harness.kernels.names import (
    DebianRelease,
    DebianSeries,
    DebianSuite,
    ImageFile,
    KernelName,
    PackageFile,
    parse_kernel_name,
)
from harness.values.errors import KernelError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("debian:6.12", DebianSeries("6.12")),
        ("debian:6.12.94", DebianRelease("6.12.94")),
        ("debian:6.12.107-1~deb12u1", DebianRelease("6.12.107-1~deb12u1")),
        ("debian:6.12.94+deb13-cloud-amd64", DebianRelease("6.12.94+deb13-cloud-amd64")),
        ("debian:7.3~rc7", DebianRelease("7.3~rc7")),
        ("debian:sid", DebianSuite("sid")),
        ("debian:trixie-backports", DebianSuite("trixie-backports")),
    ],
)
def test_debian_names_are_series_release_or_suite(text: str, name: KernelName) -> None:
    """Two numbers, more than that, or a suite of the table."""
    assert parse_kernel_name(text) == name


@pytest.mark.parametrize(
    ("release", "series"),
    [("6.12.94", "6.12"), ("7.3~rc7", "7.3"), ("6.1.0-44-cloud-amd64", "6.1"), ("6.12-1", "6.12")],
)
def test_a_release_knows_its_series(release: str, series: str) -> None:
    """It says where to look first."""
    assert DebianRelease(release).series == series


def test_files_are_told_apart_by_their_ending(tmp_path: Path) -> None:
    """A .deb, or anything else that is there."""
    (tmp_path / "linux.deb").write_bytes(b"")
    (tmp_path / "bzImage").write_bytes(b"")

    assert parse_kernel_name(str(tmp_path / "linux.deb")) == PackageFile(tmp_path / "linux.deb")
    assert parse_kernel_name(str(tmp_path / "bzImage")) == ImageFile(tmp_path / "bzImage")


@pytest.mark.parametrize("text", ["debian:", "debian:woody", "debian:6", "debian:6.12/../x"])
def test_a_debian_name_that_is_neither_is_refused(text: str) -> None:
    """The remedy lists the suites."""
    with pytest.raises(UnknownNameError, match="neither a version nor a suite") as caught:
        parse_kernel_name(text)

    assert "trixie-backports" in (caught.value.remedy or "")


def test_a_path_that_is_not_there_is_refused() -> None:
    """The remedy lists all forms."""
    with pytest.raises(UnknownNameError, match="neither a name nor a file") as caught:
        parse_kernel_name("no/such/bzImage")

    assert "debian:6.12" in (caught.value.remedy or "")


def test_a_source_tree_is_to_be_built_first(tmp_path: Path) -> None:
    """The remedy is the image it would have."""
    (tmp_path / "Kconfig").write_text("")

    with pytest.raises(KernelError, match="source tree") as caught:
        parse_kernel_name(str(tmp_path))

    assert f"{tmp_path}/arch/x86/boot/bzImage" in (caught.value.remedy or "")


def test_any_other_folder_is_no_kernel(tmp_path: Path) -> None:
    """It must not be taken for a source tree."""
    with pytest.raises(KernelError, match="is a folder"):
        parse_kernel_name(str(tmp_path))

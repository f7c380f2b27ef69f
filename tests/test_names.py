"""What users may call a kernel."""

from pathlib import Path

import pytest

from harness.kernels.flavours import find_flavour
from harness.kernels.names import (
    DebianRelease,
    DebianSeries,
    DebianSuite,
    ImageFile,
    KernelName,
    PackageFile,
    TreeFolder,
    parse_kernel_name,
    with_flavour,
)
from harness.values.errors import KernelError, UnknownNameError, UsageError


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


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "Kconfig").write_text("")
    (tmp_path / "Makefile").write_text("VERSION = 6\n")
    return tmp_path


def test_a_source_tree_is_built_as_the_default_flavour(tree: Path) -> None:
    """Its folder is its name."""
    assert parse_kernel_name(str(tree)) == TreeFolder(tree)


def test_a_source_tree_may_name_its_flavour(tree: Path) -> None:
    """Behind a colon, as a case names its filter."""
    assert parse_kernel_name(f"{tree}:debug") == TreeFolder(tree, find_flavour("debug"))


def test_an_unknown_flavour_is_answered_with_the_known_ones(tree: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown flavour 'huge'") as caught:
        parse_kernel_name(f"{tree}:huge")

    assert "default debug jit-only tiny" in (caught.value.remedy or "")


def test_a_flavour_is_given_to_the_trees_among_the_kernels(tree: Path) -> None:
    """Packages have none."""
    names = with_flavour(("debian:6.12", str(tree)), "tiny")

    assert names == ("debian:6.12", f"{tree}:tiny")


def test_a_flavour_without_a_tree_is_refused() -> None:
    """It would be ignored otherwise."""
    with pytest.raises(UsageError, match="flavour debug is for a kernel that is built"):
        with_flavour(("debian:6.12",), "debug")


def test_any_other_folder_is_no_kernel(tmp_path: Path) -> None:
    """It must not be taken for a source tree."""
    with pytest.raises(KernelError, match="is a folder"):
        parse_kernel_name(str(tmp_path))

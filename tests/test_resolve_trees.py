"""From a source tree to a kernel in the cache, and which of those stay there."""

import os
from pathlib import Path

import pytest

from harness.host.apt_archive import AptArchive
from harness.kernels.resolve import KernelStore
from harness.values.arch import X86_64
from harness.values.errors import KernelError
from tests.fake_tree import RELEASE, FakeMake, make_builder, make_tree


@pytest.fixture
def make() -> FakeMake:
    return FakeMake()


@pytest.fixture
def building(make: FakeMake, tmp_path: Path) -> KernelStore:
    return KernelStore(
        tmp_path / "kernels",
        AptArchive(tmp_path / "apt", make),
        make,
        lambda: 1_800_000_000.0,
        builder=make_builder(tmp_path, make),
    )


def test_a_source_tree_is_built_and_its_image_kept(building: KernelStore, tmp_path: Path) -> None:
    """A later build in the same folder must not change what a running guest was started with."""
    tree = make_tree(tmp_path / "linux")

    kernel = building.resolve(str(tree), X86_64)

    assert (kernel.release, kernel.source) == (RELEASE, str(tree))
    assert kernel.image.is_relative_to(building.folder)
    assert kernel.config is not None
    assert f"{tree} (6.12.117), flavour default, gcc (Debian 12.2.0)" in kernel.origin


def test_a_tree_that_compiles_to_the_same_is_the_same_kernel(
    building: KernelStore, tmp_path: Path
) -> None:
    """What was saved for it in other caches still holds."""
    tree = make_tree(tmp_path / "linux")

    first = building.resolve(str(tree), X86_64)

    assert building.resolve(str(tree), X86_64).image == first.image


def test_a_tree_that_changed_is_another_kernel_and_the_old_one_stays(
    building: KernelStore, make: FakeMake, tmp_path: Path
) -> None:
    """Whoever runs the old one goes on."""
    tree = make_tree(tmp_path / "linux")
    first = building.resolve(str(tree), X86_64)
    make.source = "second"

    second = building.resolve(str(tree), X86_64)

    assert second.digest != first.digest
    assert first.image.read_bytes().endswith(b"first")


def test_the_commit_is_part_of_where_a_tree_came_from(
    building: KernelStore, tmp_path: Path
) -> None:
    """Only where git says it of this very tree, not of a repository around it."""
    tree = make_tree(tmp_path / "linux")
    assert "at 0123456789ab" not in building.resolve(str(tree), X86_64).origin
    (tree / ".git").mkdir()

    assert f"{tree} at 0123456789ab (6.12.117)" in building.resolve(str(tree), X86_64).origin


def test_the_cache_knows_a_tree_once_it_was_built(building: KernelStore, tmp_path: Path) -> None:
    """Asking what is cached builds nothing."""
    tree = make_tree(tmp_path / "linux")
    assert building.cached(f"{tree}:tiny", X86_64) is None
    built = building.resolve(f"{tree}:tiny", X86_64)

    known = building.cached(f"{tree}:tiny", X86_64)

    assert known is not None
    assert known.image == built.image


def test_a_built_kernel_without_bpf_is_refused(
    building: KernelStore, make: FakeMake, tmp_path: Path
) -> None:
    """A tree that knows no BPF_SYSCALL configures well, and is of no use."""
    make.dropped = {"BPF_SYSCALL"}

    with pytest.raises(KernelError, match="kernel without BPF"):
        building.resolve(str(make_tree(tmp_path / "linux")), X86_64)


def test_kernels_of_long_bisects_are_removed_but_for_the_newest(
    building: KernelStore, make: FakeMake, tmp_path: Path
) -> None:
    """Those of today stay, however many: a bisect may come back to them."""
    tree = make_tree(tmp_path / "linux")
    kept = []
    for number in range(10):
        make.source = str(number)
        kept.append(building.resolve(str(tree), X86_64).image.parent)
        os.utime(kept[-1], (number, number))
    assert all(entry.is_dir() for entry in kept[2:])

    make.source = "last"
    last = building.resolve(str(tree), X86_64).image.parent

    assert [entry.is_dir() for entry in kept] == [False] * 3 + [True] * 7
    assert last.is_dir()

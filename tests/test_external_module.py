"""Modules built against a kernel that was built here."""

from pathlib import Path

import pytest

from harness.host.commands import Completed
from harness.kernels.build import BuildSettings, Built
from harness.kernels.external_module import build_module
from harness.kernels.flavours import find_flavour
from harness.kernels.source_tree import read_source_tree
from harness.values.arch import X86_64
from harness.values.errors import KernelError
from tests.fake_tree import FakeMake, make_builder, make_tree


class ModuleMake(FakeMake):
    """Installs the modules that a test names."""

    installs: tuple[str, ...] = ("faults.ko",)

    def _make(self, command: tuple[str, ...]) -> Completed:
        target = next((w for w in command if w.startswith("INSTALL_MOD_PATH=")), None)
        if target is not None:
            folder = Path(target.partition("=")[2]) / "lib/modules/6.12.117/updates"
            folder.mkdir(parents=True)
            for name in self.installs:
                (folder / name).write_bytes(b"\x7fELF")
        return super()._make(command)


@pytest.fixture
def make() -> ModuleMake:
    return ModuleMake()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "faults"
    folder.mkdir()
    (folder / "Kbuild").write_text("obj-m := faults.o\n")
    return folder


def built(tmp_path: Path, make: FakeMake, flavour: str) -> Built:
    tree = read_source_tree(make_tree(tmp_path / "linux"))
    return make_builder(tmp_path, make).build(
        tree, X86_64, find_flavour(flavour), BuildSettings(jobs=1)
    )


def test_a_module_is_built_in_another_folder_than_its_sources(
    tmp_path: Path, make: ModuleMake, source: Path
) -> None:
    """kbuild writes beside the sources, and ours are in a repository."""
    into = tmp_path / "into"

    module = build_module(built(tmp_path, make, "debug"), source, into)

    assert module.name == "faults.ko"
    assert any(f"M={into}" in call for call in make.calls)
    assert [path.name for path in source.iterdir()] == ["Kbuild"]


def test_a_flavour_without_modules_is_refused(
    tmp_path: Path, make: ModuleMake, source: Path
) -> None:
    """kbuild would build a module that no such kernel can load."""
    with pytest.raises(KernelError, match="flavour tiny has no modules"):
        build_module(built(tmp_path, make, "tiny"), source, tmp_path / "into")


def test_sources_of_two_modules_are_not_one(tmp_path: Path, make: ModuleMake, source: Path) -> None:
    """Which of them was meant, nobody knows."""
    make.installs = ("a.ko", "b.ko")

    with pytest.raises(KernelError, match="makes 2 modules, not one"):
        build_module(built(tmp_path, make, "debug"), source, tmp_path / "into")

"""Folders made of the distribution's packages: once, whole, and anew for another recipe."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from harness.host.apt_archive import AptArchive, Package
from harness.host.debian_version import DebianVersion
from harness.host.package_folders import (
    PackageFolders,
    Recipe,
    folder_key,
    newest_of_each,
    package_versions,
)
from harness.values.arch import X86_64, Arch
from harness.values.errors import DownloadError, InfrastructureError
from tests.fake_machine import FakeRunner, fake_apt, fake_archive, make_deb, serve_packages

RECIPE = Recipe(("libbpf-dev", "libelf-dev"))


def make(name: str, path: Path) -> None:
    make_deb(path, {f"usr/share/doc/{name}/copyright": name.encode()})


@pytest.fixture
def runner() -> FakeRunner:
    made = fake_apt()
    serve_packages(made, make)
    return made


@pytest.fixture
def folders(tmp_path: Path, runner: FakeRunner) -> PackageFolders:
    archive = fake_archive(tmp_path, runner)
    return PackageFolders(tmp_path / "folders", RECIPE, archive, runner)


def package(name: str, version: str) -> Package:
    return Package(name, DebianVersion(version), "sid", "amd64")


def made_in(folders: PackageFolders) -> list[Path]:
    """Whatever lies beside the notes and the locks, half-made folders too."""
    return [path for path in (folders.folder / "x86_64").iterdir() if path.is_dir()]


def test_a_folder_holds_its_packages_and_says_which(folders: PackageFolders) -> None:
    """No .deb, and no folder of ours, is left beside what was unpacked."""
    made = folders.get(X86_64)

    assert sorted(path.name for path in made.iterdir()) == ["packages.json", "usr"]
    assert (made / "usr/share/doc/libelf-dev/copyright").read_bytes() == b"libelf-dev"
    assert set(package_versions(made)) == {"libbpf-dev", "libelf-dev"}


def test_a_second_run_asks_nobody(folders: PackageFolders, runner: FakeRunner) -> None:
    """Not even whether there are newer packages."""
    first = folders.get(X86_64)
    calls = len(runner.calls)

    assert folders.get(X86_64) == first
    assert len(runner.calls) == calls


def test_another_recipe_is_noticed(folders: PackageFolders) -> None:
    """A folder that lacks what was added since would be taken for whole."""
    first = folders.get(X86_64)
    changed = replace(folders, recipe=Recipe((*RECIPE.packages, "zlib1g-dev")))

    assert changed.cached(X86_64) is None
    assert (changed.get(X86_64) / "usr/share/doc/zlib1g-dev").is_dir()
    assert folders.cached(X86_64) == first


def test_an_optional_package_belongs_to_the_recipe(folders: PackageFolders) -> None:
    """It may be missing, and if it is there it is wanted."""
    changed = replace(folders, recipe=replace(RECIPE, optional=("zlib1g-dev", "no-such-package")))

    assert "zlib1g-dev" in package_versions(changed.get(X86_64))
    assert changed.recipe.name != RECIPE.name


@pytest.mark.parametrize("note", ["", "{}", '{"key": "gone"}', "[]"])
def test_a_damaged_note_is_no_folder(folders: PackageFolders, note: str) -> None:
    """Written by a disk that was full, or naming a folder that somebody removed."""
    made = folders.get(X86_64)
    next(made.parent.glob("current-*.json")).write_text(note)

    assert folders.cached(X86_64) is None
    assert folders.get(X86_64) == made


def test_an_interruption_leaves_nothing(folders: PackageFolders, runner: FakeRunner) -> None:
    """Neither half a folder nor a note of it; the next run makes it."""

    def interrupted(unpacked: Path, folder: Path, arch: Arch) -> None:
        shutil.copytree(unpacked, folder / "half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(folders, recipe=replace(RECIPE, keep=interrupted)).get(X86_64)

    assert folders.cached(X86_64) is None
    assert made_in(folders) == []
    assert folders.get(X86_64).is_dir()
    assert runner.count("apt-get", "download") == 2


def test_a_full_disk_is_told_and_leaves_nothing(
    folders: PackageFolders, runner: FakeRunner
) -> None:
    """With the words of the disk, not of dpkg."""
    runner.rule("dpkg-deb", status=2, stderr="tar: Cannot write: No space left on device")

    with pytest.raises(InfrastructureError, match="no space left"):
        folders.get(X86_64)

    assert made_in(folders) == []


def test_two_runs_at_once_make_it_once(folders: PackageFolders, runner: FakeRunner) -> None:
    """The second waits for the first and takes what it made."""
    both = threading.Barrier(2)

    def met(archive: AptArchive, arch: Arch) -> tuple[str, ...]:
        both.wait(10)
        return ()

    together = replace(folders, recipe=replace(RECIPE, more=met))
    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(together.get, (X86_64, X86_64)))

    assert len(made) == 1
    assert runner.count("apt-get", "download") == 1


def test_lists_that_name_what_is_gone_are_read_anew(
    folders: PackageFolders, runner: FakeRunner
) -> None:
    """The mirror replaced the package since this morning."""
    runner.rule("apt-get", "download", status=100, stderr="404  Not Found")

    with pytest.raises(DownloadError):
        folders.get(X86_64)

    assert runner.count("apt-get", "download") == 2
    assert runner.count("apt-get", "update") == 2


def test_of_two_versions_the_newer_is_taken() -> None:
    """A suite may list both for a while."""
    old, new = package("libbpf-dev", "1:1.6.9-1"), package("libbpf-dev", "1:1.6.10-1")

    assert newest_of_each(X86_64, ("libbpf-dev",), (new, old)) == (new,)


def test_a_missing_package_is_named() -> None:
    """Those beside the required ones may be there or not."""
    found = (package("libc6-dev", "2.43-7"), package("linux-bpf-dev", "6.12-1"))

    assert newest_of_each(X86_64, ("libc6-dev",), found) == found
    with pytest.raises(DownloadError, match="lack libelf-dev"):
        newest_of_each(X86_64, ("libc6-dev", "libelf-dev"), found)


def test_the_key_names_exact_versions() -> None:
    """Whatever the order."""
    one, two = package("a", "1-1"), package("b", "1-1")

    assert folder_key((one, two)) == folder_key((two, one))
    assert folder_key((one, two)) != folder_key((one, package("b", "1-2")))


def test_other_things_kept_of_the_same_packages_are_noticed(folders: PackageFolders) -> None:
    """A folder of the same versions that lacks what is wanted now is no such folder."""

    def documentation(unpacked: Path, folder: Path, arch: Arch) -> None:
        (unpacked / "usr/share/doc").rename(folder / "doc")

    first = folders.get(X86_64)
    recipe = replace(RECIPE, keep=documentation, kept=("doc",))
    made = replace(folders, recipe=recipe).get(X86_64)

    assert (made / "doc").is_dir()
    assert made != first

"""Packages of the distribution, unpacked into folders of the cache; nothing is installed.

Does not know what the packages are for.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.host.apt_archive import AptArchive, Package
from harness.host.cache import publish_folder, read_fields, write_fields
from harness.host.commands import Completed, Runner, require_ok, run_command
from harness.values.arch import Arch
from harness.values.errors import DownloadError

# trixie's static libelf lacks eu_search_tree_*, so that nothing links against it.
SUITE = "sid"

_NOTE = "packages.json"


def keep_all(unpacked: Path, folder: Path, arch: Arch) -> None:
    """Everything, at its place."""
    del arch
    for path in unpacked.iterdir():
        path.rename(folder / path.name)


def _none_more(archive: AptArchive, arch: Arch) -> tuple[str, ...]:
    del archive, arch
    return ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which packages a folder is made of, and what is kept of them."""

    packages: tuple[str, ...]

    optional: tuple[str, ...] = ()
    """Those that an architecture may lack."""

    more: Callable[[AptArchive, Arch], tuple[str, ...]] = _none_more
    """Those whose names only the archive knows; raises DownloadError if it lacks them."""

    keep: Callable[[Path, Path, Arch], None] = keep_all
    """Takes what is wanted from the packages, unpacked in the first folder, into the second."""

    kept: tuple[str, ...] = ()
    """What that is, where the packages do not say it: by these words a change is noticed."""

    @property
    def name(self) -> str:
        """Another one for other packages, and for other things that are kept of them."""
        text = " ".join((SUITE, *self.packages, *self.optional, *self.kept))
        return sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class PackageFolders:
    """The folders of one recipe: for each architecture one, named by its packages' versions.

    One that is there stays in use, whatever the archive has, until the recipe changes.
    """

    folder: Path
    recipe: Recipe
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command

    def cached(self, arch: Arch) -> Path | None:
        """The folder in use for `arch`; never uses the network."""
        key = (read_fields(self._current(arch)) or {}).get("key")
        if key is None:
            return None
        path = self.folder / arch.name / key
        return path if path.is_dir() else None

    def get(self, arch: Arch) -> Path:
        """The folder for `arch`, downloaded and unpacked the first time; raises DownloadError."""
        known = self.cached(arch)
        if known is not None:
            return known
        made = self.archive.with_fresh_lists(arch, lambda: self._make(arch))
        write_fields(self._current(arch), {"key": made.name})
        return made

    def _make(self, arch: Arch) -> Path:
        packages = self._choose(arch)
        return publish_folder(
            self.folder / arch.name / folder_key(packages, self.recipe.kept),
            lambda folder: self._fill(folder, arch, packages),
        )

    def _choose(self, arch: Arch) -> tuple[Package, ...]:
        required = (*self.recipe.packages, *self.recipe.more(self.archive, arch))
        optional = self.recipe.optional
        found = self.archive.packages(arch, SUITE, (*required, *optional))
        return newest_of_each(arch, required, found)

    def _fill(self, folder: Path, arch: Arch, packages: Sequence[Package]) -> None:
        downloads, unpacked = folder / "downloads", folder / "unpacked"
        downloads.mkdir()
        unpacked.mkdir()
        for deb in self.archive.download(arch, packages, downloads):
            done = unpack_package(deb, unpacked, self.runner)
            require_ok(done, f"unpacking {deb.name}", self.folder)
        self.recipe.keep(unpacked, folder, arch)
        shutil.rmtree(downloads)
        shutil.rmtree(unpacked)
        write_fields(folder / _NOTE, {p.name: str(p.version) for p in packages})

    def _current(self, arch: Arch) -> Path:
        return self.folder / arch.name / f"current-{self.recipe.name}.json"


def unpack_package(deb: Path, into: Path, runner: Runner) -> Completed:
    """The files of a .deb, without its scripts."""
    return runner(("dpkg-deb", "-x", str(deb), str(into)))


def package_versions(folder: Path) -> dict[str, str]:
    """The version of every package that a folder was made of."""
    return read_fields(folder / _NOTE) or {}


def newest_of_each(
    arch: Arch, required: Iterable[str], found: Iterable[Package]
) -> tuple[Package, ...]:
    """The newest version of every package that was found; a required one must be among them."""
    newest: dict[str, Package] = {}
    for package in sorted(found, key=lambda package: package.version):
        newest[package.name] = package
    missing = [name for name in required if name not in newest]
    if missing:
        raise DownloadError(
            f"the lists of {SUITE} for {arch} lack {' '.join(missing)}",
            remedy="check that the mirror carries this architecture",
        )
    return tuple(newest[name] for name in sorted(newest))


def folder_key(packages: Iterable[Package], kept: Iterable[str] = ()) -> str:
    """Short name of exactly this, kept of exactly these packages in these versions."""
    lines = sorted(f"{package.name}={package.version}" for package in packages)
    return sha256("\n".join((*lines, *kept)).encode()).hexdigest()[:16]

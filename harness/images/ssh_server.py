"""The distribution's SSH server for an architecture, with the libraries it needs, unpacked.

For guests that stand in for a machine that is not ours; nothing is installed.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from harness.host.apt_archive import AptArchive
from harness.host.cache import cache_root
from harness.host.commands import Runner, run_command
from harness.host.package_folders import PackageFolders, Recipe
from harness.values.arch import Arch

_PACKAGES = (
    "dropbear-bin",
    "libc6",
    "libcrypt1",
    "libgmp10",
    "libtomcrypt1",
    "libtommath1",
    "zlib1g",
)

# What dropbear and its libraries are linked with.
_LIBRARIES = (
    "libc.so.6",
    "libcrypt.so.1",
    "libgmp.so.10",
    "libtomcrypt.so.1",
    "libtommath.so.1",
    "libz.so.1",
)

_LOADERS = "ld*.so.*"


@dataclass(frozen=True, slots=True)
class SshServer:
    """Files by their place in the guest, without a slash before it."""

    key: str
    """Names the exact packages."""

    files: tuple[tuple[str, Path], ...]


@dataclass(frozen=True)
class SshServerStore:
    """The servers of this machine's cache. One that is there stays in use."""

    folder: Path = field(default_factory=lambda: cache_root() / "ssh-servers")
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command

    def get(self, arch: Arch) -> SshServer:
        """The server for `arch`, downloaded and unpacked the first time."""
        path = PackageFolders(self.folder, _RECIPE, self.archive, self.runner).get(arch)
        return SshServer(path.name, _files(path, arch))


def _keep(unpacked: Path, folder: Path, arch: Arch) -> None:
    libraries = unpacked / "usr" / "lib" / arch.triple
    shutil.copyfile(unpacked / "usr" / "sbin" / "dropbear", folder / "dropbear")
    for path in (*(libraries / name for name in _LIBRARIES), *libraries.glob(_LOADERS)):
        shutil.copyfile(path, folder / path.name)


_RECIPE = Recipe(_PACKAGES, keep=_keep)


def _files(folder: Path, arch: Arch) -> tuple[tuple[str, Path], ...]:
    """Where the loader of a multiarch distribution looks; lib64 is lib in the guest."""
    libraries = ((f"lib/{arch.triple}/{name}", folder / name) for name in _LIBRARIES)
    loaders = ((f"lib/{path.name}", path) for path in sorted(folder.glob(_LOADERS)))
    return (("sbin/dropbear", folder / "dropbear"), *libraries, *loaders)

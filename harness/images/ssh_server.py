"""The distribution's SSH server for an architecture, with the libraries it needs, unpacked.

For guests that stand in for a machine that is not ours; nothing is installed.
"""

import logging
import shutil
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.host.apt_archive import AptArchive, Package
from harness.host.cache import cache_root, publish_folder, read_fields, write_fields
from harness.host.commands import Runner, require_ok, run_command
from harness.toolchain.sysroot import SUITE, newest_of_each, sysroot_key
from harness.values.arch import Arch

_log = logging.getLogger(__name__)

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
        note = read_fields(self._current(arch))
        if note is None or not (self.folder / arch.name / note["key"]).is_dir():
            key = self.archive.with_fresh_lists(arch, lambda: self._make(arch))
            write_fields(self._current(arch), {"key": key})
        else:
            key = note["key"]
        return SshServer(key, _files(self.folder / arch.name / key, arch))

    def _make(self, arch: Arch) -> str:
        found = self.archive.packages(arch, SUITE, _PACKAGES)
        packages = newest_of_each(arch, _PACKAGES, found)
        key = sysroot_key(packages)
        publish_folder(
            self.folder / arch.name / key, lambda folder: self._fill(folder, arch, packages)
        )
        return key

    def _fill(self, folder: Path, arch: Arch, packages: tuple[Package, ...]) -> None:
        downloads, unpacked = folder / "downloads", folder / "unpacked"
        downloads.mkdir()
        unpacked.mkdir()
        for deb in self.archive.download(arch, packages, downloads):
            done = self.runner(("dpkg-deb", "-x", str(deb), str(unpacked)))
            require_ok(done, f"unpacking {deb.name}", self.folder)
        libraries = unpacked / "usr" / "lib" / arch.triple
        shutil.copyfile(unpacked / "usr" / "sbin" / "dropbear", folder / "dropbear")
        for path in (*(libraries / name for name in _LIBRARIES), *libraries.glob(_LOADERS)):
            shutil.copyfile(path, folder / path.name)
        shutil.rmtree(downloads)
        shutil.rmtree(unpacked)

    def _current(self, arch: Arch) -> Path:
        recipe = sha256(" ".join((SUITE, *_PACKAGES)).encode()).hexdigest()
        return self.folder / arch.name / f"current-{recipe[:12]}.json"


def _files(folder: Path, arch: Arch) -> tuple[tuple[str, Path], ...]:
    """Where the loader of a multiarch distribution looks; lib64 is lib in the guest."""
    libraries = ((f"lib/{arch.triple}/{name}", folder / name) for name in _LIBRARIES)
    loaders = ((f"lib/{path.name}", path) for path in sorted(folder.glob(_LOADERS)))
    return (("sbin/dropbear", folder / "dropbear"), *libraries, *loaders)

"""The headers and static libraries of a target, unpacked from its Debian packages.

Nothing is installed; the machine's own libraries are never used for a guest.
"""

import logging
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.host.apt_archive import AptArchive, Package
from harness.host.cache import cache_root, publish_folder, read_fields, write_fields
from harness.host.commands import Runner, require_ok, run_command
from harness.values.arch import Arch
from harness.values.errors import DownloadError, InfrastructureError

_log = logging.getLogger(__name__)

# trixie's static libelf lacks eu_search_tree_*, so that nothing links against it.
SUITE = "sid"

PACKAGES: tuple[str, ...] = (
    "libc6-dev",
    "linux-libc-dev",
    "libbpf-dev",
    "libelf-dev",
    "zlib1g-dev",
    "libzstd-dev",
    "libmsgpack-c-dev",
    # The shell of the guest, so that a trigger can be a command.
    "busybox-static",
)

OPTIONAL_PACKAGES: tuple[str, ...] = (
    # vmlinux.h, dumped from the BTF of that architecture's kernel; a kernel without BTF has none.
    "linux-bpf-dev",
)

# crtbegin.o and libgcc.a; the number is the compiler's and grows every year.
_LIBGCC = re.compile(r"libgcc-(\d+)-dev")

# The first line of what bpftool dumps.
_VMLINUX_GUARD = b"#ifndef __VMLINUX_H__"

_KEPT = ("include", "lib", "bin")

_NOTE = "packages.json"


@dataclass(frozen=True, slots=True)
class Sysroot:
    """One unpacked sysroot; never changed once it is there."""

    arch: Arch
    path: Path
    key: str
    """Names the exact packages; caches of what is built with it depend on this."""

    @property
    def busybox(self) -> Path:
        return self.path / "usr" / "bin" / "busybox"

    @property
    def include(self) -> tuple[Path, ...]:
        """Where headers lie, multiarch folder first."""
        top = self.path / "usr" / "include"
        return (top / self.arch.triple, top)

    @property
    def vmlinux_header(self) -> Path | None:
        """vmlinux.h of this architecture; None where its kernel has no BTF.

        For such a kernel the package may hold a header nevertheless, with an #error in it.
        """
        header = self.include[0] / "linux" / "bpf" / "vmlinux.h"
        try:
            with header.open("rb") as file:
                return header if _VMLINUX_GUARD in file.readline() else None
        except OSError:
            return None

    def packages(self) -> dict[str, str]:
        """The version of every package in it."""
        return read_fields(self.path / _NOTE) or {}


@dataclass(frozen=True)
class SysrootStore:
    """The sysroots of this machine's cache. One that is there stays in use."""

    folder: Path = field(default_factory=lambda: cache_root() / "sysroots")
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command

    def cached(self, arch: Arch) -> Sysroot | None:
        """The sysroot in use for `arch`; never uses the network."""
        note = read_fields(self._current(arch))
        if note is None:
            return None
        path = self.folder / arch.name / note["key"]
        return Sysroot(arch, path, note["key"]) if path.is_dir() else None

    def get(self, arch: Arch) -> Sysroot:
        """The sysroot for `arch`, downloaded and unpacked the first time."""
        known = self.cached(arch)
        if known is not None:
            return known
        made = self.archive.with_fresh_lists(arch, lambda: self._make(arch))
        write_fields(self._current(arch), {"key": made.key})
        return made

    def _make(self, arch: Arch) -> Sysroot:
        packages = self._choose(arch)
        key = sysroot_key(packages)
        path = publish_folder(
            self.folder / arch.name / key, lambda folder: self._fill(folder, arch, packages)
        )
        return Sysroot(arch, path, key)

    def _choose(self, arch: Arch) -> tuple[Package, ...]:
        libgcc = newest_libgcc(self.archive.names(arch, SUITE, "libgcc-"))
        wanted = (*PACKAGES, *OPTIONAL_PACKAGES, libgcc)
        return newest_of_each(arch, wanted, self.archive.packages(arch, SUITE, wanted))

    def _fill(self, folder: Path, arch: Arch, packages: tuple[Package, ...]) -> None:
        downloads, unpacked = folder / "downloads", folder / "unpacked"
        downloads.mkdir()
        unpacked.mkdir()
        for deb in self.archive.download(arch, packages, downloads):
            done = self.runner(("dpkg-deb", "-x", str(deb), str(unpacked)))
            require_ok(done, f"unpacking {deb.name}", self.folder)
        (folder / "usr").mkdir()
        for name in _KEPT:
            if (unpacked / "usr" / name).is_dir():
                (unpacked / "usr" / name).rename(folder / "usr" / name)
        shutil.rmtree(downloads)
        shutil.rmtree(unpacked)
        write_fields(folder / _NOTE, {p.name: str(p.version) for p in packages})

    def _current(self, arch: Arch) -> Path:
        recipe = sha256(" ".join((SUITE, *PACKAGES, *OPTIONAL_PACKAGES)).encode()).hexdigest()
        return self.folder / arch.name / f"current-{recipe[:12]}.json"


def newest_libgcc(names: Iterable[str]) -> str:
    """The libgcc-N-dev with the highest N."""
    numbers = [int(found[1]) for name in names if (found := _LIBGCC.fullmatch(name))]
    if not numbers:
        raise DownloadError(
            f"the lists of {SUITE} name no libgcc-N-dev package",
            remedy="check that the mirror carries this architecture",
        )
    return f"libgcc-{max(numbers)}-dev"


def newest_of_each(
    arch: Arch, wanted: Iterable[str], found: Iterable[Package]
) -> tuple[Package, ...]:
    """The newest version of every wanted package; a missing one is an error unless optional."""
    newest: dict[str, Package] = {}
    for package in sorted(found, key=lambda package: package.version):
        newest[package.name] = package
    missing = [name for name in wanted if name not in newest and name not in OPTIONAL_PACKAGES]
    if missing:
        raise DownloadError(
            f"the lists of {SUITE} for {arch} lack {' '.join(missing)}",
            remedy="check that the mirror carries this architecture",
        )
    return tuple(newest[name] for name in sorted(newest))


def sysroot_key(packages: Iterable[Package]) -> str:
    """Short name of exactly these packages in these versions."""
    text = "\n".join(sorted(f"{package.name}={package.version}" for package in packages))
    return sha256(text.encode()).hexdigest()[:16]


def get_sysroot(arch: Arch) -> Sysroot:
    """The sysroot of `arch` from the user's cache, made the first time."""
    return SysrootStore().get(arch)


def busybox_binary(arch: Arch) -> Path:
    """Debian's static busybox for `arch`."""
    busybox = get_sysroot(arch).busybox
    if not busybox.is_file():
        raise InfrastructureError(
            f"the sysroot of {arch} has no busybox at {busybox}",
            remedy=f"rm -r {busybox.parents[2]}, then try again",
        )
    return busybox

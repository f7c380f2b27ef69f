"""The headers and static libraries of a target, unpacked from its Debian packages.

Nothing is installed; the machine's own libraries are never used for a guest.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from harness.host.apt_archive import AptArchive
from harness.host.cache import cache_root
from harness.host.commands import Runner, run_command
from harness.host.package_folders import SUITE, PackageFolders, Recipe, package_versions
from harness.values.arch import Arch
from harness.values.errors import DownloadError, InfrastructureError

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
        return package_versions(self.path)


@dataclass(frozen=True)
class SysrootStore:
    """The sysroots of this machine's cache. One that is there stays in use."""

    folder: Path = field(default_factory=lambda: cache_root() / "sysroots")
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command

    def cached(self, arch: Arch) -> Sysroot | None:
        """The sysroot in use for `arch`; never uses the network."""
        path = self._folders.cached(arch)
        return None if path is None else Sysroot(arch, path, path.name)

    def get(self, arch: Arch) -> Sysroot:
        """The sysroot for `arch`, downloaded and unpacked the first time."""
        path = self._folders.get(arch)
        return Sysroot(arch, path, path.name)

    @property
    def _folders(self) -> PackageFolders:
        return PackageFolders(self.folder, _RECIPE, self.archive, self.runner)


def _libgcc(archive: AptArchive, arch: Arch) -> tuple[str, ...]:
    return (newest_libgcc(archive.names(arch, SUITE, "libgcc-")),)


def _keep(unpacked: Path, folder: Path, arch: Arch) -> None:
    """What compilers read, and busybox."""
    del arch
    (folder / "usr").mkdir()
    for name in ("include", "lib", "bin"):
        if (unpacked / "usr" / name).is_dir():
            (unpacked / "usr" / name).rename(folder / "usr" / name)


_RECIPE = Recipe(PACKAGES, OPTIONAL_PACKAGES, _libgcc, _keep)


def newest_libgcc(names: Iterable[str]) -> str:
    """The libgcc-N-dev with the highest N."""
    numbers = [int(found[1]) for name in names if (found := _LIBGCC.fullmatch(name))]
    if not numbers:
        raise DownloadError(
            f"the lists of {SUITE} name no libgcc-N-dev package",
            remedy="check that the mirror carries this architecture",
        )
    return f"libgcc-{max(numbers)}-dev"


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

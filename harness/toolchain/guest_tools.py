"""The distribution's bpftool for a guest, and the shared libraries that it needs."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from harness.host.apt_archive import AptArchive
from harness.host.cache import cache_root
from harness.host.commands import Runner, run_command
from harness.host.package_folders import SUITE, PackageFolders, Recipe, keep_all
from harness.values.arch import Arch
from harness.values.errors import DownloadError

BPFTOOL = "bpftool"

# What it depends on, and what libelf1t64 does.
PACKAGES = (BPFTOOL, "libc6", "libcap2", "libelf1t64", "libssl3t64", "libzstd1", "zlib1g")

# Of those packages only what is loaded, without gconv, engines and documentation.
_WANTED = re.compile(
    r"usr/sbin/bpftool"
    r"|usr/lib(64)?/ld[\w.-]*\.so\.\d+"
    r"|usr/lib/[\w-]+/lib(c|cap|crypto|elf|z|zstd)\.so\.\d+"
)


@dataclass(frozen=True, slots=True)
class Tool:
    """One file of a tool: a program or a library."""

    file: Path
    path: str
    """Where programs look for it in the guest."""


@dataclass(frozen=True)
class ToolStore:
    """The tools of this machine's cache. Those that are there stay in use."""

    folder: Path = field(default_factory=lambda: cache_root() / "tools")
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command

    def get(self, arch: Arch) -> tuple[Tool, ...]:
        """Downloaded and unpacked the first time; raises DownloadError where there are none."""
        folders = PackageFolders(self.folder, _RECIPE, self.archive, self.runner)
        return wanted_files(folders.get(arch))


def _keep(unpacked: Path, folder: Path, arch: Arch) -> None:
    if not (unpacked / "usr" / "sbin" / BPFTOOL).is_file():
        raise DownloadError(f"the package {BPFTOOL} of {SUITE} for {arch} has no program in it")
    keep_all(unpacked, folder, arch)


_RECIPE = Recipe(PACKAGES, keep=_keep)


def wanted_files(root: Path) -> tuple[Tool, ...]:
    """Libraries through `/lib`, a link to `usr/lib` in Debian, where their loader is looked for."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    names = {path: path.relative_to(root).as_posix() for path in found}
    return tuple(
        Tool(path, "/" + name.replace("usr/lib", "lib"))
        for path, name in names.items()
        if _WANTED.fullmatch(name)
    )

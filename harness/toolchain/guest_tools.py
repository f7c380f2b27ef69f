"""The distribution's bpftool for a guest, and the shared libraries that it needs."""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from harness.host.apt_archive import AptArchive, Package
from harness.host.cache import cache_root, publish_folder, read_fields, write_fields
from harness.host.commands import Runner, require_ok, run_command
from harness.toolchain.sysroot import SUITE, newest_of_each, sysroot_key
from harness.values.arch import Arch
from harness.values.errors import DownloadError

_log = logging.getLogger(__name__)

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
        note = read_fields(self._current(arch))
        root = self.folder / arch.name / note["key"] if note else None
        if root is None or not root.is_dir():
            root = self.archive.with_fresh_lists(arch, lambda: self._make(arch))
            write_fields(self._current(arch), {"key": root.name})
        return wanted_files(root)

    def _make(self, arch: Arch) -> Path:
        packages = newest_of_each(arch, PACKAGES, self.archive.packages(arch, SUITE, PACKAGES))
        return publish_folder(
            self.folder / arch.name / sysroot_key(packages),
            lambda folder: self._fill(folder, arch, packages),
        )

    def _fill(self, folder: Path, arch: Arch, packages: tuple[Package, ...]) -> None:
        downloads = folder / "downloads"
        downloads.mkdir()
        for deb in self.archive.download(arch, packages, downloads):
            done = self.runner(("dpkg-deb", "-x", str(deb), str(folder)))
            require_ok(done, f"unpacking {deb.name}", self.folder)
            deb.unlink()
        downloads.rmdir()
        if not (folder / "usr" / "sbin" / BPFTOOL).is_file():
            raise DownloadError(f"the package {BPFTOOL} of {SUITE} for {arch} has no program in it")

    def _current(self, arch: Arch) -> Path:
        return self.folder / arch.name / "current.json"


def wanted_files(root: Path) -> tuple[Tool, ...]:
    """Libraries through `/lib`, a link to `usr/lib` in Debian, where their loader is looked for."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    names = {path: path.relative_to(root).as_posix() for path in found}
    return tuple(
        Tool(path, "/" + name.replace("usr/lib", "lib"))
        for path, name in names.items()
        if _WANTED.fullmatch(name)
    )

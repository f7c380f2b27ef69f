"""`bpf-harness doctor`: what this machine has, what is missing, the command that fixes it."""

import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from harness.cli.columns import format_table
from harness.host.cache import cache_root
from harness.host.system_packages import Machine
from harness.images.initramfs import AgentFiles, build_image
from harness.kernels.resolve import DEFAULT_KERNEL, KernelStore
from harness.toolchain.agent import AgentStore
from harness.toolchain.sysroot import Sysroot, SysrootStore
from harness.values.accel import AccelChoice, AccelProof
from harness.values.arch import Arch, parse_arch
from harness.values.errors import HarnessError
from harness.values.image import Image
from harness.values.kernel import Kernel
from harness.vm.accel_proof import choose_accel

# One architecture's lists, kernel, sysroot and saved guest take about this much.
_ROOM_MIB = 1024

_OK = 0
_SOMETHING_MISSING = 3


@dataclass(frozen=True, slots=True)
class Row:
    """The state of one thing."""

    what: str
    ok: bool
    state: str
    """Version or place when it is there, otherwise what is wrong."""

    fix: str | None = None
    """The exact command that mends it."""


@dataclass(frozen=True)
class Doctor:
    """Where to look; tests give it other places."""

    machine: Machine = field(default_factory=Machine)
    kernels: KernelStore = field(default_factory=KernelStore)
    sysroots: SysrootStore = field(default_factory=SysrootStore)
    agents: AgentStore = field(default_factory=AgentStore)
    image: Callable[[Kernel, AgentFiles], Image] = build_image
    accel: Callable[[AccelChoice, Kernel, Image], AccelProof] = choose_accel
    free_mib: Callable[[], int] = lambda: _free_mib(cache_root())

    def examine(self, arch: Arch, kernel_text: str) -> Iterator[Row]:
        """Every row, in the order in which things depend on each other; no network."""
        yield self._disk()
        for found in self.machine.look(arch):
            fix = None if found.ok else self.machine.install_command(found.packages)
            yield Row(found.what, found.ok, found.found, fix)
        prepare = f"bpf-harness doctor --fix --arch {arch} --kernel {kernel_text}"
        kernel = self.kernels.cached(kernel_text, arch)
        fetch = f"bpf-harness kernels fetch --arch {arch} {kernel_text}"
        yield _cached_row("kernel", f"{kernel}, {kernel.origin}" if kernel else None, fetch)
        sysroot = self.sysroots.cached(arch)
        yield _cached_row("sysroot", str(sysroot.path) if sysroot else None, prepare)
        agent = self._agent(sysroot)
        yield _cached_row("agent", str(agent) if agent else None, prepare)
        yield from self._image_and_accel(kernel, sysroot, agent, prepare)

    def fix(self, arch: Arch, kernel_text: str) -> None:
        """Installs, downloads and builds whatever is missing."""
        self.machine.require(arch)
        self.kernels.resolve(kernel_text, arch)
        self.agents.get(self.sysroots.get(arch))

    def _disk(self) -> Row:
        free = self.free_mib()
        fix = None if free >= _ROOM_MIB else f"rm -r {cache_root()}  # or free space elsewhere"
        return Row("disk space", fix is None, f"{free} MiB free for the cache", fix)

    def _agent(self, sysroot: Sysroot | None) -> Path | None:
        try:
            return self.agents.cached(sysroot) if sysroot else None
        except HarnessError:
            # Without a compiler nobody can say; the rows above name it.
            return None

    def _image_and_accel(
        self, kernel: Kernel | None, sysroot: Sysroot | None, agent: Path | None, prepare: str
    ) -> Iterator[Row]:
        """Both are derived in a moment from what is cached, so they are made here and now."""
        if kernel is None or sysroot is None or agent is None:
            yield Row("image", False, "needs the kernel and the agent", prepare)
            yield Row("acceleration", False, "unknown until something can be booted", prepare)
            return
        try:
            files = AgentFiles(agent, agent.parent.name, sysroot.busybox)
            image = self.image(kernel, files)
            yield Row("image", True, str(image.path))
            yield Row("acceleration", True, str(self.accel(AccelChoice.AUTO, kernel, image)))
        except HarnessError as error:
            yield Row("image and acceleration", False, error.message, error.remedy)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("--arch", default="x86_64", help="architecture (default: x86_64)")
    parser.add_argument(
        "--kernel", default=DEFAULT_KERNEL, help=f"kernel (default: {DEFAULT_KERNEL})"
    )
    parser.add_argument(
        "--fix", action="store_true", help="install, download and build what is missing"
    )


def run(args: Namespace, out: TextIO = sys.stdout, doctor: Doctor | None = None) -> int:
    """Prints the table; 0 when nothing is missing, 3 otherwise."""
    arch = parse_arch(args.arch)
    who = doctor or Doctor()
    if args.fix:
        who.fix(arch, args.kernel)
    rows = list(who.examine(arch, args.kernel))
    for line in format_table([_cells(row) for row in rows]):
        out.write(f"{line}\n")
    fixes = list(dict.fromkeys(row.fix for row in rows if not row.ok and row.fix))
    if fixes:
        out.write("\nto fix it:\n" + "".join(f"  {fix}\n" for fix in fixes))
    return _OK if all(row.ok for row in rows) else _SOMETHING_MISSING


def _cells(row: Row) -> tuple[str, ...]:
    return "ok" if row.ok else "missing", row.what, row.state.partition("\n")[0]


def _cached_row(what: str, found: str | None, fix: str) -> Row:
    if found is None:
        return Row(what, False, "not in the cache yet", fix)
    return Row(what, True, found)


def _free_mib(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free >> 20

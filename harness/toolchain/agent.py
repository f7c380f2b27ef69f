"""Building the agent for a target, once for each version of its sources, flags and libraries."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.host.cache import cache_root, publish_folder
from harness.host.commands import Completed, Runner, run_command
from harness.toolchain.clang import Clang, installed_clang
from harness.toolchain.sysroot import Sysroot, get_sysroot
from harness.values.arch import Arch
from harness.values.errors import CompileError, InfrastructureError

SOURCES = Path(__file__).resolve().parents[2] / "guest_images" / "agent"

COMPILE_FLAGS: tuple[str, ...] = (
    "-O2",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-ffunction-sections",
    "-fdata-sections",
)

# What is wrapped: guest_images/agent/kernel_btf.c. Without RELRO no other writable mapping has the
# page of the file in which a tracepoint's semaphore is, where pages have 64 KiB: find_ref_ctr_vma()
# of the kernel takes the first one.
LINK_FLAGS: tuple[str, ...] = (
    "-static",
    "-fuse-ld=lld",
    "-Wl,--gc-sections,--wrap=btf__load_vmlinux_btf,--wrap=btf__free",
    "-Wl,-z,norelro",
    "-s",
)

# libz before libelf: both define crc32, and libelf's is not the one of the wire protocol.
LIBRARIES: tuple[str, ...] = ("-lbpf", "-lz", "-lelf", "-lzstd", "-lmsgpack-c")

_BINARY = "agent"


@dataclass(frozen=True, slots=True)
class AgentBuild:
    """Everything that decides what the agent of one target is."""

    clang: Clang
    sysroot: Sysroot
    sources: tuple[Path, ...]
    headers: tuple[Path, ...]

    def build_id(self) -> str:
        """Changes when anything the binary depends on does; the guest reports it in `hello`."""
        digest = sha256()
        for words in (COMPILE_FLAGS, LINK_FLAGS, LIBRARIES, (self.clang.version,)):
            digest.update(repr(words).encode())
        digest.update(f"{self.sysroot.arch} {self.sysroot.key}".encode())
        for path in (*self.sources, *self.headers):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]

    def compile_command(self, source: Path, target: Path, build_id: str) -> tuple[str, ...]:
        """One source file to one object file."""
        return (
            str(self.clang.program),
            *self.clang.agent_flags(self.sysroot.arch, self.sysroot.path),
            *COMPILE_FLAGS,
            f'-DAGENT_BUILD="{build_id}"',
            "-c",
            str(source),
            "-o",
            str(target),
        )

    def link_command(self, objects: Iterable[Path], target: Path) -> tuple[str, ...]:
        """All object files to the one static program."""
        return (
            str(self.clang.program),
            *self.clang.agent_flags(self.sysroot.arch, self.sysroot.path),
            *LINK_FLAGS,
            *(str(path) for path in objects),
            *LIBRARIES,
            "-o",
            str(target),
        )


@dataclass(frozen=True)
class AgentStore:
    """The agents of this machine's cache."""

    folder: Path = field(default_factory=lambda: cache_root() / "agents")
    sources: Path = SOURCES
    clang: Callable[[], Clang] = installed_clang
    runner: Runner = run_command

    def get(self, sysroot: Sysroot) -> Path:
        """The agent for the sysroot's architecture, built if anything it depends on changed."""
        build = self._build(sysroot)
        build_id = build.build_id()
        folder = publish_folder(
            self._target(sysroot, build_id), lambda folder: self._make(build, build_id, folder)
        )
        return folder / _BINARY

    def cached(self, sysroot: Sysroot) -> Path | None:
        """The agent that is up to date with the sources, if it has been built."""
        binary = self._target(sysroot, self._build(sysroot).build_id()) / _BINARY
        return binary if binary.is_file() else None

    def _build(self, sysroot: Sysroot) -> AgentBuild:
        sources = tuple(sorted(self.sources.glob("*.c")))
        if not sources:
            raise InfrastructureError(
                f"the agent's sources are not in {self.sources}",
                remedy="run from a clone of the repository (pip install -e .)",
            )
        return AgentBuild(self.clang(), sysroot, sources, tuple(sorted(self.sources.glob("*.h"))))

    def _target(self, sysroot: Sysroot, build_id: str) -> Path:
        return self.folder / sysroot.arch.name / build_id

    def _make(self, build: AgentBuild, build_id: str, folder: Path) -> None:
        objects = {source: folder / f"{source.stem}.o" for source in build.sources}
        commands = [build.compile_command(*pair, build_id) for pair in objects.items()]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            _require_compiled(list(pool.map(self.runner, commands)), build)
        link = build.link_command(objects.values(), folder / _BINARY)
        _require_compiled([self.runner(link)], build)
        for path in objects.values():
            path.unlink()


def agent_binary(arch: Arch) -> Path:
    """The agent for `arch` from the user's cache, built with its sysroot if need be."""
    return AgentStore().get(get_sysroot(arch))


def _require_compiled(results: list[Completed], build: AgentBuild) -> None:
    failed = [done for done in results if not done.ok]
    if not failed:
        return
    said = "\n".join(done.stderr.rstrip() for done in failed)
    raise CompileError(
        f"the agent for {build.sysroot.arch} does not compile with {build.clang.version}:\n{said}",
        remedy=f"the first command was: {' '.join(failed[0].argv)}",
    )

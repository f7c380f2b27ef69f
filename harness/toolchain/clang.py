"""The one clang that compiles agents and filters, and the flags that say for which target."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.host.commands import Runner, find_program, run_command
from harness.values.arch import Arch, ByteOrder
from harness.values.errors import MissingToolError

# 17 is the first whose BPF back end knows __attribute__((btf_decl_tag)) well and -mcpu=v4.
OLDEST_MAJOR = 17
# The one all measurements were made with; taken first where several are installed.
PREFERRED_MAJOR = 19
_NEWEST_TRIED = 40

_VERSION = re.compile(r"clang version (\d+)(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Clang:
    """A compiler that is good enough, and what it calls itself."""

    program: Path
    version: str
    """The whole first line: it tells builds apart, so caches depend on it."""

    major: int

    def agent_flags(self, arch: Arch, sysroot: Path) -> tuple[str, ...]:
        """For programs that run in the guest's user space."""
        return (f"--target={arch.triple}", f"--sysroot={sysroot}")

    def filter_flags(self, arch: Arch) -> tuple[str, ...]:
        """For filters: BPF of the kernel's byte order, and libbpf's word for its registers."""
        target = {ByteOrder.LITTLE: "bpfel", ByteOrder.BIG: "bpfeb"}[arch.byte_order]
        return ("-target", target, f"-D__TARGET_ARCH_{arch.bpf_target}")


def find_clang(
    which: Callable[[str], str | None] = find_program, runner: Runner = run_command
) -> Clang:
    """The clang to use; raises MissingToolError when none is new enough."""
    too_old: list[str] = []
    for name in _candidates():
        program = which(name)
        if program is None:
            continue
        clang = _describe(Path(program), runner)
        if clang is not None and clang.major >= OLDEST_MAJOR:
            return clang
        too_old.append(f"{program} ({clang.version if clang else 'of unknown version'})")
    found = f"; found only {', '.join(too_old)}" if too_old else ""
    raise MissingToolError(
        f"no clang of version {OLDEST_MAJOR} or newer on this machine{found}",
        remedy=f"apt-get install clang-{PREFERRED_MAJOR} lld-{PREFERRED_MAJOR}",
    )


@cache
def installed_clang() -> Clang:
    """find_clang() on this machine, asked once a process."""
    return find_clang()


def _candidates() -> tuple[str, ...]:
    others = (n for n in range(_NEWEST_TRIED, OLDEST_MAJOR - 1, -1) if n != PREFERRED_MAJOR)
    return (f"clang-{PREFERRED_MAJOR}", *(f"clang-{n}" for n in others), "clang")


def _describe(program: Path, runner: Runner) -> Clang | None:
    done = runner((str(program), "--version"))
    found = _VERSION.search(done.stdout)
    if found is None:
        return None
    return Clang(program, done.stdout.partition("\n")[0].strip(), int(found[1]))

"""The compiler a kernel is built with: Debian's cross gcc, or what CROSS_COMPILE and LLVM say.

Both mean what they mean in the kernel: a prefix of the GNU tools; 1, a suffix or a folder.
"""

import platform
from collections.abc import Callable
from dataclasses import dataclass

from harness.host.build_needs import compiler_need
from harness.host.commands import Runner
from harness.host.system_packages import Need
from harness.values.arch import Arch
from harness.values.errors import UsageError

_LLVM_PROGRAMS = ("clang", "ld.lld", "llvm-ar", "llvm-nm", "llvm-objcopy", "llvm-strip")


@dataclass(frozen=True, slots=True)
class Compiler:
    """One set of compiler, assembler and linker."""

    program: str
    """The C compiler by itself."""

    settings: tuple[str, ...]
    """Variables that tell the kernel's makefiles."""

    need: Need
    """What must be on this machine for it."""

    def version(self, runner: Runner) -> str:
        """The first line of what it says of itself."""
        return runner((self.program, "--version")).stdout.partition("\n")[0]


def choose_compiler(
    arch: Arch, which: Callable[[str], str | None], *, llvm: str = "", cross_compile: str = ""
) -> Compiler:
    """The compiler for `arch`; whether it is there is for its `need` to find out."""
    chosen = _llvm(arch, llvm) if llvm not in ("", "0") else _gnu(arch, which, cross_compile)
    if which("ccache") is None:
        return chosen
    settings = (*chosen.settings, f"CC=ccache {chosen.program}")
    return Compiler(chosen.program, settings, chosen.need)


def _gnu(arch: Arch, which: Callable[[str], str | None], cross_compile: str) -> Compiler:
    native = platform.machine() in (arch.name, *arch.spellings)
    prefix = cross_compile or ("" if native else arch.cross_prefix)
    programs = (f"{prefix}gcc", f"{prefix}ld")
    packages = (arch.cross_package,) if prefix == arch.cross_prefix else ("gcc",)
    if cross_compile and cross_compile != arch.cross_prefix:
        # Nobody knows which package a compiler of the user's own comes from.
        _require_named(programs[0], which, f"CROSS_COMPILE={cross_compile}", arch)
    need = compiler_need(programs, packages, arch.name)
    return Compiler(programs[0], (f"CROSS_COMPILE={prefix}",), need)


def _llvm(arch: Arch, llvm: str) -> Compiler:
    prefix, suffix = "", ""
    if llvm.endswith("/"):
        prefix = llvm
    elif llvm.startswith("-"):
        suffix = llvm
    elif llvm != "1":
        raise UsageError(
            f"LLVM={llvm} means nothing to the kernel's makefiles",
            remedy="give LLVM=1, LLVM=-19 (a suffix) or LLVM=/folder/of/programs/",
        )
    programs = tuple(f"{prefix}{program}{suffix}" for program in _LLVM_PROGRAMS)
    packages = tuple(f"{package}{suffix}" for package in ("clang", "lld", "llvm"))
    need = compiler_need(programs, packages, arch.name)
    return Compiler(programs[0], (f"LLVM={llvm}",), need)


def _require_named(
    program: str, which: Callable[[str], str | None], setting: str, arch: Arch
) -> None:
    if which(program) is None:
        raise UsageError(
            f"{setting}: there is no {program} on this machine",
            remedy=f"install it, or leave CROSS_COMPILE away: {arch.cross_package} is found itself",
        )

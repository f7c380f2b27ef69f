"""The compiler of cases: C files to objects for one architecture, from the cache where it can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.toolchain.clang import Clang, installed_clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.plain_filters import PlainFilters, compile_plain_filters
from harness.toolchain.sysroot import Sysroot, get_sysroot
from harness.values.arch import Arch
from harness.values.event import Event


@dataclass(frozen=True, slots=True)
class CaseCompiler:
    """Everything that decides what a C file becomes, but the file."""

    clang: Clang
    sysroot: Sysroot
    store: FilterStore

    def __call__(self, source: Path, /) -> bytes:
        """The object of a file whose filters all have SEC(); raises CompileError."""
        return self.store.get(FilterBuild(source, self.clang, self.sysroot)).data

    def plain(
        self, source: Path, events: Mapping[str, Sequence[Event]], *, types: bool = True
    ) -> PlainFilters:
        """A file as `bpf-harness run` takes it: functions become filters of their events.

        Without `types` it knows none of the kernel's, and needs no BTF.
        Raises CompileError, or UsageError where a function and its event do not fit.
        """
        build = FilterBuild(source, self.clang, self.sysroot, types=types)
        return compile_plain_filters(self.store, build, events)


def case_compiler(arch: Arch) -> CaseCompiler:
    """The compiler of this machine for one architecture."""
    return CaseCompiler(installed_clang(), get_sysroot(arch), FilterStore())

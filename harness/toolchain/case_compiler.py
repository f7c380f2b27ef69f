"""The compiler of cases: C files to objects for one architecture, from the cache where it can."""

from collections.abc import Callable
from pathlib import Path

from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.sysroot import get_sysroot
from harness.values.arch import Arch


def case_compiler(arch: Arch) -> Callable[[Path], bytes]:
    """A function from the path of a C file to its object; it raises CompileError."""
    clang, sysroot, store = installed_clang(), get_sysroot(arch), FilterStore()

    def compile_file(source: Path) -> bytes:
        return store.get(FilterBuild(source, clang, sysroot)).data

    return compile_file

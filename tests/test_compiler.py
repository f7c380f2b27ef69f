"""Which compiler builds a kernel, and how the kernel's makefiles are told."""

import platform
from collections.abc import Callable

import pytest

from harness.kernels.compiler import choose_compiler
from harness.values.arch import ARM64, S390X, parse_arch
from harness.values.errors import UsageError


def has(*programs: str) -> Callable[[str], str | None]:
    return lambda name: f"/bin/{name}" if name in programs else None


def test_another_architecture_is_built_with_debians_cross_compiler() -> None:
    """The row of the architecture names it and its package, whether it is there or not."""
    compiler = choose_compiler(S390X, has())

    assert compiler.settings == ("CROSS_COMPILE=s390x-linux-gnu-",)
    assert compiler.need.programs == ("s390x-linux-gnu-gcc", "s390x-linux-gnu-ld")
    assert compiler.need.packages == ("gcc-s390x-linux-gnu",)


def test_this_machines_own_architecture_needs_no_cross_compiler() -> None:
    """It is built as everybody does it by hand, so that ccache knows the files."""
    own = parse_arch(platform.machine())

    assert choose_compiler(own, has("gcc")).settings == ("CROSS_COMPILE=",)
    assert choose_compiler(own, has("gcc")).need.packages == ("gcc",)


def test_ccache_is_used_where_it_is() -> None:
    """In front of the compiler, as the kernel's documentation says."""
    compiler = choose_compiler(ARM64, has("ccache"))

    assert compiler.settings[-1] == "CC=ccache aarch64-linux-gnu-gcc"
    assert compiler.program == "aarch64-linux-gnu-gcc"


@pytest.mark.parametrize(
    ("llvm", "clang", "packages"),
    [
        ("1", "clang", ("clang", "lld", "llvm")),
        ("-19", "clang-19", ("clang-19", "lld-19", "llvm-19")),
        ("/opt/llvm/bin/", "/opt/llvm/bin/clang", ("clang", "lld", "llvm")),
    ],
)
def test_llvm_means_what_it_means_in_the_kernel(
    llvm: str, clang: str, packages: tuple[str, ...]
) -> None:
    """Documentation/kbuild/llvm.rst: 1, a suffix, or a folder with a slash behind it."""
    compiler = choose_compiler(ARM64, has(), llvm=llvm)

    assert compiler.settings == (f"LLVM={llvm}",)
    assert compiler.program == clang
    assert compiler.need.packages == packages


def test_llvm_0_is_gcc() -> None:
    assert choose_compiler(ARM64, has(), llvm="0").program == "aarch64-linux-gnu-gcc"


def test_a_value_of_llvm_without_meaning_is_refused() -> None:
    """The kernel's makefiles would take it for 1."""
    with pytest.raises(UsageError, match="LLVM=19"):
        choose_compiler(ARM64, has(), llvm="19")


def test_cross_compile_names_another_compiler() -> None:
    compiler = choose_compiler(ARM64, has("a64-gcc"), cross_compile="a64-")

    assert compiler.settings == ("CROSS_COMPILE=a64-",)


def test_a_compiler_of_the_users_that_is_not_there_is_named() -> None:
    """No package is installed for it: nobody knows which."""
    with pytest.raises(UsageError, match="there is no a64-gcc") as caught:
        choose_compiler(ARM64, has(), cross_compile="a64-")

    assert "gcc-aarch64-linux-gnu" in (caught.value.remedy or "")

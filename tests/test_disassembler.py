"""Machine code as text, from bytes as a kernel's JIT wrote them."""

import pytest

from harness.toolchain.clang import Clang, installed_clang
from harness.toolchain.disassembler import UNKNOWN, _load, disassembler, instructions
from harness.values.arch import ARM, ARM64, PPC64LE, RISCV64, S390X, X86_64, Arch
from harness.values.errors import MissingToolError

# From arch/*/net: one instruction each that only a JIT on some CPUs emits.
ONE_EACH = (
    (X86_64, "c4e2c1f7c7", "shlxq\t%rdi, %rdi, %rax"),
    (ARM64, "0000e0f8", "ldaddal\tx0, x0, [x0]"),
    (ARM64, "ff3003d5", "sb"),
    (RISCV64, "3b050508", "zext.w\ta0, a0"),
    (RISCV64, "13d5856b", "rev8\ta0, a1"),
    (PPC64LE, "ac06007e", "mbar 16"),
    (ARM, "11f130e7", "udiv\tr0, r1, r1"),
    (S390X, "07fe", "br\t%r14"),
)


@pytest.mark.parametrize(("arch", "code", "line"), ONE_EACH)
def test_an_instruction_reads_as_llvm_prints_it(arch: Arch, code: str, line: str) -> None:
    assert disassembler(arch).lines(bytes.fromhex(code)) == (line,)


def test_instructions_of_different_length_follow_each_other() -> None:
    """push %rbp; mov %rsp,%rbp; leave; ret."""
    lines = disassembler(X86_64).lines(bytes.fromhex("55 4889e5 c9 c3"))

    assert lines == ("pushq\t%rbp", "movq\t%rsp, %rbp", "leave", "retq")


def test_bytes_that_are_no_instruction_are_skipped_by_the_smallest_size() -> None:
    """Code may end in data, such as the address a trampoline jumps to."""
    lines = disassembler(ARM64).lines(bytes(4) + bytes.fromhex("ffffffff c0035fd6"))

    assert lines[1:] == (UNKNOWN, "ret")


def test_an_instruction_that_is_cut_off_is_none() -> None:
    assert disassembler(X86_64).lines(bytes.fromhex("c3 4889")) == ("retq", UNKNOWN, UNKNOWN)


def test_no_code_has_no_instructions() -> None:
    assert instructions(disassembler(X86_64).lines(b"")) == frozenset()


def test_the_mnemonic_ends_at_a_blank_or_a_tab() -> None:
    """LLVM puts a blank there for PowerPC."""
    assert instructions(("mr 31, 3", "blr", "bcl\t20, 31")) == frozenset({"mr", "blr", "bcl"})


def test_a_clang_without_its_library_is_named_with_the_package() -> None:
    clang = installed_clang()
    absent = Clang(clang.program.with_name("clang"), clang.version, 99)

    with pytest.raises(MissingToolError) as caught:
        _load(absent)
    assert caught.value.remedy == "apt-get install libllvm99"

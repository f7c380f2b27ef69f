"""Machine code to text, by the LLVM library that clang itself runs on.

The kernel's selftests disassemble with the same library, so their text is its text.
"""

import ctypes
import threading
from functools import cache
from pathlib import Path

from harness.toolchain.clang import Clang, installed_clang
from harness.values.arch import Arch
from harness.values.errors import MissingToolError

UNKNOWN = "<unknown>"
"""The line of bytes that are no instruction to LLVM."""

# The longest instruction of any of the architectures, and room for its text.
_LONGEST = 15
_TEXT = 256

# A library that initialises a target twice at once may do so half.
_lock = threading.Lock()


class Disassembler:
    """Reads the machine code of one architecture; may be used from several threads."""

    def __init__(self, library: ctypes.CDLL, arch: Arch) -> None:
        self._library = library
        self._step = arch.code.step
        for part in ("TargetInfo", "TargetMC", "Disassembler"):
            getattr(library, f"LLVMInitialize{arch.code.llvm_target}{part}")()
        create = library.LLVMCreateDisasmCPUFeatures
        create.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(
            create(arch.triple.encode(), b"", arch.code.llvm_features.encode(), None, 0, None, None)
        )
        if not self._context:
            raise MissingToolError(f"LLVM cannot disassemble code of {arch.triple}")

    def lines(self, code: bytes) -> tuple[str, ...]:
        """One line an instruction: the mnemonic, a tab, the operands."""
        found = []
        at = 0
        text = ctypes.create_string_buffer(_TEXT)
        disassemble = self._library.LLVMDisasmInstruction
        disassemble.restype = ctypes.c_size_t
        with _lock:
            while at < len(code):
                part = code[at : at + _LONGEST]
                size = disassemble(
                    self._context,
                    part,
                    ctypes.c_uint64(len(part)),
                    ctypes.c_uint64(at),
                    text,
                    ctypes.c_size_t(_TEXT),
                )
                found.append(text.value.decode("ascii", "replace").strip() if size else UNKNOWN)
                at += size or self._step
        return tuple(found)


def instructions(lines: tuple[str, ...]) -> frozenset[str]:
    """The mnemonics alone: what is left does not depend on addresses.

    >>> sorted(instructions(("shlxq\\t%rsi, %rdi, %rax", "retq")))
    ['retq', 'shlxq']
    """
    return frozenset(line.split(maxsplit=1)[0] for line in lines)


@cache
def disassembler(arch: Arch) -> Disassembler:
    """The one for an architecture; raises MissingToolError without LLVM's library."""
    with _lock:
        return Disassembler(_load(installed_clang()), arch)


def _load(clang: Clang) -> ctypes.CDLL:
    """clang's own library: by its file beside clang, or by its name on the system."""
    beside = clang.program.resolve().parent.parent / "lib"
    names = (f"libLLVM.so.{clang.major}.1", f"libLLVM-{clang.major}.so.1")
    for name in (*(str(Path(beside, name)) for name in names), *names):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise MissingToolError(
        f"LLVM's library {names[0]} is missing: machine code cannot be disassembled",
        remedy=f"apt-get install libllvm{clang.major}",
    )

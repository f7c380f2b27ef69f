"""What a JIT does on some CPUs and not on others, and the CPU models that turn it on and off.

The rows are taken from the kernel's JITs and were booted with QEMU 7.2 in software emulation;
docs/cpu-models.md says what was looked for and not found.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JitFeature:
    """Something that the JIT of an architecture does on some CPUs, and on others does otherwise."""

    name: str

    instructions: frozenset[str]
    """Mnemonics, as LLVM spells them, that only code with the feature has."""

    asked: str
    """What in the kernel asks the CPU for it."""


@dataclass(frozen=True, slots=True)
class CpuModel:
    """A CPU for which a JIT emits other code than for the other models of its row."""

    qemu: str
    """QEMU's -cpu argument."""

    features: tuple[JitFeature, ...]
    """What the JIT does on it; features of the row's other models that are not here are off."""

    why: str

    def __str__(self) -> str:
        return self.qemu


@dataclass(frozen=True, slots=True)
class MachineCode:
    """How the JITed code of an architecture is read, and what makes it differ."""

    llvm_target: str
    """LLVM's name of the back end, as in LLVMInitialize…Disassembler."""

    step: int
    """Bytes to skip where there is no instruction: the size of the smallest."""

    models: tuple[CpuModel, ...]
    """The default under software emulation first."""

    llvm_features: str = ""
    """Instructions to be known beyond the back end's default."""

    @property
    def features(self) -> tuple[JitFeature, ...]:
        """All that some model has."""
        return tuple(dict.fromkeys(found for model in self.models for found in model.features))

    def features_in(self, instructions: frozenset[str]) -> tuple[str, ...]:
        """Names of the features that code made of these instructions shows.

        Nothing else of two JITed codes can be compared: addresses differ in every load, and with
        them the number of instructions that put an address into a register.
        """
        found = (feature for feature in self.features if feature.instructions & instructions)
        return tuple(feature.name for feature in found)


def _feature(name: str, instructions: str, asked: str) -> JitFeature:
    return JitFeature(name, frozenset(instructions.split()), asked)


_BMI2 = _feature(
    "bmi2",
    "shlxl shlxq shrxl shrxq sarxl sarxq",
    "boot_cpu_has(X86_FEATURE_BMI2) in do_jit(), arch/x86/net/bpf_jit_comp.c of 6.12",
)
_RETURN = _feature(
    "ret",
    "retq",
    "not cpu_wants_rethunk() in emit_return(), arch/x86/net/bpf_jit_comp.c of 6.12",
)

# Without cx16: QEMU 7.2's cmpxchg16b leaves a stale cc_op when two CPUs meet in it, the flags
# then hold bits of a pointer, and 4 of 31 boots of 6.12 died of a double fault in kmalloc.
X86_64_CODE = MachineCode(
    llvm_target="X86",
    step=1,
    llvm_features="+bmi2",
    models=(
        CpuModel("max,-cx16", (_BMI2, _RETURN), "all that QEMU emulates: shifts by shlx and shrx"),
        CpuModel("max,-cx16,-bmi2", (_RETURN,), "shifts by cl, which is the register of R4"),
        CpuModel(
            "EPYC,-cx16",
            (_BMI2,),
            "Zen 1 is vulnerable to RETBleed: filters end in a jump to the return thunk",
        ),
    ),
)

_LSE = _feature(
    "lse",
    "stadd stclr steor stset ldaddal ldclral ldeoral ldsetal swpal casal",
    "cpus_have_cap(ARM64_HAS_LSE_ATOMICS) in build_insn(), arch/arm64/net/bpf_jit_comp.c of 6.12",
)
_LL_SC = _feature(
    "ll-sc",
    "ldxr",
    "no ARM64_HAS_LSE_ATOMICS there: emit_ll_sc_atomic()",
)
_SB = _feature(
    "sb",
    "sb",
    "alternative_has_cap_likely(ARM64_HAS_SB) in build_insn() of 7.2",
)

ARM64_CODE = MachineCode(
    llvm_target="AArch64",
    step=4,
    llvm_features="+all",
    models=(
        # `max` costs a second of boot (1.9 s against 2.9 s): pointer authentication in software.
        CpuModel("cortex-a72", (_LL_SC,), "ARMv8.0: atomics are loops of ldxr and stxr"),
        CpuModel("neoverse-n1", (_LSE,), "ARMv8.2: atomics are single instructions"),
        CpuModel("max", (_LSE, _SB), "ARMv8.5: sb for dsb and isb as speculation barrier in 7.2"),
    ),
)

_ZBA = _feature(
    "zba",
    "zext.w sh2add sh3add add.uw",
    "rvzba_enabled() in 6.12, rv_ext_enabled(ZBA) in 7.2, arch/riscv/net/bpf_jit.h",
)
_ZBB = _feature(
    "zbb",
    "rev8 sext.b sext.h zext.h",
    "rvzbb_enabled() in 6.12, rv_ext_enabled(ZBB) in 7.2, arch/riscv/net/bpf_jit.h",
)

RISCV64_CODE = MachineCode(
    llvm_target="RISCV",
    step=2,
    llvm_features="+m,+a,+f,+d,+c,+zba,+zbb",
    models=(
        CpuModel("rv64", (_ZBA, _ZBB), "address generation and bit manipulation"),
        CpuModel("rv64,zba=false", (_ZBB,), "32-bit results are cut by two shifts"),
        CpuModel("rv64,zba=false,zbb=false", (), "RV64GC: bytes are swapped one by one, too"),
    ),
)

_EIEIO = _feature(
    "stf-eieio",
    # The JIT sets a hint bit in it, for which LLVM calls it by its name on embedded CPUs.
    "eieio mbar",
    "STF_BARRIER_EIEIO in bpf_jit_build_body(), arch/powerpc/net/bpf_jit_comp64.c of 6.12",
)

PPC64LE_CODE = MachineCode(
    llvm_target="PowerPC",
    step=4,
    models=(
        CpuModel("POWER9", (_EIEIO,), "ISA 3.0: eieio keeps loads from passing stores"),
        CpuModel("POWER8", (), "ISA 2.07: sync, ld and ori do"),
    ),
)

S390X_CODE = MachineCode(
    llvm_target="SystemZ",
    step=2,
    # Since 5.11 the JIT asks nothing at run time but whether to use expolines, and TCG knows no
    # facility that would turn these off. Without vx: csum_partial() of 6.12 and 7.2 sums up with
    # VCKSM, QEMU 7.2 gets another sum, and every packet that needs one is lost, a ping for example
    # (Icmp InCsumErrors 3 of 3; 0 without vx). No JIT emits vector instructions.
    models=(CpuModel("max,vx=off", (), "the JIT is settled when the kernel is built"),),
)

_IDIV = _feature(
    "idiv",
    "udiv sdiv",
    "elf_hwcap & HWCAP_IDIVA in emit_udivmod(), arch/arm/net/bpf_jit_32.c of 6.12",
)

ARM_CODE = MachineCode(
    llvm_target="ARM",
    step=4,
    llvm_features="+v7,+hwdiv-arm",
    # Every CPU that `virt` takes has idiv; cortex-a8 and a9, which have not, it refuses.
    models=(CpuModel("cortex-a15", (_IDIV,), "division by udiv, not by a function"),),
)

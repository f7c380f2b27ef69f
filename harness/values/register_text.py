"""How QEMU's `info registers` shows what one wants to know of a CPU: a part of every Arch row."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegisterText:
    """Regular expressions that are searched in the text of one CPU, ^ and $ at line ends.

    Seen in QEMU 7.2; the text is that of target/*/cpu.c and helper.c, *_dump_state().
    """

    pc: str
    """Group 1 is the program counter, in hex."""

    user: str
    """Found when the CPU runs user space."""

    halted: str | None = None
    """Found when it waits for an interrupt; None where the text does not tell."""

    idle_functions: tuple[str, ...] = ()
    """Where the kernel waits for interrupts, for those whose text does not tell."""


X86_64 = RegisterText(
    pc=r"^[ER]IP=([0-9a-f]+)", user=r"^[ER]IP=.* CPL=3", halted=r"^[ER]IP=.* HLT=1"
)

ARM64 = RegisterText(
    pc=r"^ PC=([0-9a-f]+)", user=r"^PSTATE=.* EL0t", idle_functions=("cpu_do_idle",)
)

RISCV64 = RegisterText(
    pc=r"^ pc +([0-9a-f]+)",
    # The lower half of the addresses, but for OpenSBI, which is at 0x80000000.
    user=r"^ pc +0(?!0000000800)",
    idle_functions=("arch_cpu_idle",),
)

# PSW bits 14 (wait) and 15 (problem state).
S390X = RegisterText(
    pc=r"^PSW=mask [0-9a-f]{16} addr ([0-9a-f]+)",
    user=r"^PSW=mask [0-9a-f]{3}[13579bdf]",
    halted=r"^PSW=mask [0-9a-f]{3}[2367abef]",
)

PPC64LE = RegisterText(
    pc=r"^NIP ([0-9a-f]+)",
    # MSR[PR], 0x4000.
    user=r"^MSR [0-9a-f]{12}[4567cdef]",
    # H_CEDE: the CPU is given to the hypervisor.
    idle_functions=("plpar_hcall_norets_notrace",),
)

ARM = RegisterText(pc=r"\bR15=([0-9a-f]+)", user=r"^PSR=.* usr", idle_functions=("cpu_v7_do_idle",))

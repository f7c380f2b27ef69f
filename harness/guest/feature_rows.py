"""The table of features: one row for each, with the kernel commit or file that says since when.

Names are the kernel's own words: an instruction, a helper, a kernel function, a table type.
"""

from harness.guest.feature_rows_association import ASSOCIATION_FEATURES
from harness.guest.feature_rows_events import EVENT_FEATURES, TRAMPOLINES
from harness.guest.feature_rows_iterators import ITERATOR_FEATURES
from harness.guest.feature_rows_net import NETWORK_FEATURES
from harness.guest.feature_rows_survival import SURVIVAL
from harness.guest.feature_rows_tables import TABLE_FEATURES
from harness.values.arch import ARM, ARM64, PPC64LE, RISCV64, S390X
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import (
    AttachProbe,
    Feature,
    HelperProbe,
    LoadProbe,
    RunProbe,
    SelfContainedProbe,
    ShellProbe,
    SlotProbe,
    TableProbe,
    TypesProbe,
)
from harness.values.insn import Insn

# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
_SOCKET, _KPROBE, _RAW_TP, _TRACING, _SYSCALL = 1, 2, 17, 26, 31
_FENTRY = 24
_OF_THE_LOAD = Event(EventKind.TRACE, "a function")
# BPF_F_SLEEPABLE
_SLEEPABLE = 1 << 4
# enum bpf_map_type; flags of BPF_PROG_LOAD
_PROG_ARRAY = 3
_TEST_RND_HI32, _TEST_STATE_FREQ = 4, 8

_EXIT = Insn(0x95)
_RETURN_0 = (Insn(0xB7), _EXIT)


def _atomic(operation: int, *, width: int = 0xDB) -> LoadProbe:
    """That operation on a word of the stack; 0xdb is 64 bits wide, 0xc3 is 32."""
    return LoadProbe(
        (
            Insn(0xB7, dst=1, imm=1),
            Insn(0xB7, dst=0, imm=1),
            Insn(0x7B, dst=10, src=1, off=-8),
            Insn(width, dst=10, src=1, off=-8, imm=operation),
            *_RETURN_0,
        ),
        _SOCKET,
    )


def _on_one(*insns: Insn) -> LoadProbe:
    """Instructions that work on r0 and r1, which are both 1."""
    return LoadProbe(
        (Insn(0xB7, dst=0, imm=1), Insn(0xB7, dst=1, imm=1), *insns, *_RETURN_0), _SOCKET
    )


def _on_stack(*insns: Insn) -> LoadProbe:
    """Instructions that read the 8 null bytes at the top of the stack."""
    return LoadProbe(
        (Insn(0xB7, dst=1), Insn(0x7B, dst=10, src=1, off=-8), *insns, *_RETURN_0), _SOCKET
    )


def _calls_itself_once() -> LoadProbe:
    """A program with one function beside its main one (BPF_PSEUDO_CALL)."""
    return LoadProbe((Insn(0x85, src=1, imm=1), _EXIT, *_RETURN_0), _SOCKET)


def _shifts_beyond(width: int, *, lsh: int, rsh: int, arsh: int) -> RunProbe:
    """8 << 1 >> 2 s>> 1, which is 2, with the width added to each amount."""
    return RunProbe(
        (
            Insn(0xB7, dst=0, imm=8),
            Insn(0xB7, dst=1, imm=width + 1),
            Insn(0xB7, dst=2, imm=width + 2),
            Insn(lsh, dst=0, src=1),
            Insn(rsh, dst=0, src=2),
            Insn(arsh, dst=0, src=1),
            _EXIT,
        ),
        _SOCKET,
        retval=2,
    )


_UNMASKED = (
    "the JIT leaves the amount of a shift by a register to the processor, which takes more bits of "
    "it than RFC 9669, section 4.1, allows: arch/arm/net/bpf_jit_32.c, "
    "arch/powerpc/net/bpf_jit_comp64.c, arch/s390/net/bpf_jit_comp.c"
)

_SYSTEM = (
    Feature("btf", ShellProbe("test -r /sys/kernel/btf/vmlinux"), (5, 2), ("DEBUG_INFO_BTF",)),
    # One at the entry of a function that no case probes. riscv64 refuses that (EINVAL) from
    # 7caa9765465f ("ftrace: riscv: move from REGS to ARGS") in v6.11, which took KPROBES_ON_FTRACE
    # away, to b2137c3b6d7a ("riscv: ftrace: prepare ftrace for atomic code patching") in v6.16.
    Feature(
        "kprobe",
        ShellProbe(
            "cd /sys/kernel/tracing && echo p:bpf_harness/entry vfs_mknod >> kprobe_events"
            " && echo -:bpf_harness/entry >> kprobe_events"
        ),
        (4, 1),
        ("KPROBE_EVENTS",),
        elsewhere=((RISCV64, (6, 16)),),
    ),
    # What a kretprobe returns through is a kprobe on powerpc, optimized into a jump at boot, and
    # optprobes_head.S puts r13 back with the other registers: the per-CPU area of the CPU on which
    # the function returned. Where the kernel may be preempted, optimized_callback() does so in its
    # preempt_enable(), and the task goes on elsewhere with the wrong one, once in some 30 runs.
    Feature(
        "kretprobe",
        ShellProbe(
            "mkdir -p /tmp/debug && mount -t debugfs none /tmp/debug;"
            " grep -q 'k .*rethook_trampoline.*OPTIMIZED' /tmp/debug/kprobes/list; found=$?;"
            " umount /tmp/debug; rmdir /tmp/debug; test $found != 0 || ! uname -v | grep -q PREEMPT"
        ),
        (4, 1),
        ("KPROBE_EVENTS",),
        elsewhere=((RISCV64, (6, 16)), (PPC64LE, None)),
        bug="after a kretprobe a task that was preempted goes on with the r13 (struct paca_struct) "
        "of the CPU it left: arch/powerpc/kernel/optprobes_head.S restores it",
    ),
    Feature("tracefs", ShellProbe("test -e /sys/kernel/tracing/trace_pipe"), (4, 1), ("FTRACE",)),
    Feature(
        "syscall-tracepoints",
        ShellProbe("test -d /sys/kernel/tracing/events/syscalls/sys_enter_openat"),
        (4, 7),
        ("FTRACE_SYSCALLS",),
    ),
    Feature("two-cpus", ShellProbe("test $(nproc) -ge 2"), (2, 6), ("SMP",), cpus=2),
    # commit 79a7f8bdb159 ("bpf: Introduce bpf_sys_bpf() helper and program type.") in v5.14.
    Feature("syscall-programs", LoadProbe(_RETURN_0, _SYSCALL, flags=_SLEEPABLE), (5, 14)),
    # commit fec56f5890d9 ("bpf: Introduce BPF trampoline") in v5.5.
    Feature(
        "fentry",
        AttachProbe(_RETURN_0, _TRACING, _OF_THE_LOAD, _FENTRY, "bpf_fentry_test1"),
        (5, 5),
        ("DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "BPF_JIT", "DEBUG_INFO_BTF"),
        elsewhere=TRAMPOLINES,
    ),
    # commit ca06f55b9002 ("bpf: Add per-program recursion prevention mechanism") in v5.12; what it
    # counts is a member of struct bpf_prog_info.
    Feature("recursion-prevention", TypesProbe("recursion_misses"), (5, 12), ("DEBUG_INFO_BTF",)),
    # commit d4dfc5700e86 ("bpf: pass whole link instead of prog when triggering raw tracepoint") in
    # v6.10; before it the second one is EEXIST.
    Feature(
        "repeated-raw-tracepoints",
        AttachProbe(_RETURN_0, _RAW_TP, Event(EventKind.RAW_TRACEPOINT, "sys_enter"), times=2),
        (6, 10),
    ),
    # commit fc611f47f218 ("bpf: Introduce BPF_PROG_TYPE_LSM") in v5.7.
    Feature("lsm", TypesProbe("bpf_lsm_file_open"), (5, 7), ("BPF_LSM", "DEBUG_INFO_BTF")),
)

_INSTRUCTIONS = (
    # BPF_XADD, there from the beginning.
    Feature("xadd", _atomic(0x00), (3, 18), jit_elsewhere=((ARM, None),)),
    # commit 5ca419f2864a ("bpf: Add BPF_FETCH field / create atomic_fetch_add instruction") in
    # v5.12, with the other operations after it.
    Feature(
        "atomics",
        _atomic(0x01),
        (5, 12),
        jit_elsewhere=(
            (ARM64, (5, 18)),
            (RISCV64, (5, 19)),
            (S390X, (5, 13)),
            (PPC64LE, (6, 0)),
            (ARM, None),
        ),
    ),
    # The JIT of arm has it in 6.12 (emit_udivmod64()) and not in 6.1.
    Feature(
        "div64",
        _on_one(Insn(0x3F, dst=0, src=1), Insn(0x9F, dst=0, src=1)),
        (3, 18),
        jit_elsewhere=((ARM, (6, 12)),),
    ),
    # The fourth version of the instruction set, from commit 1f9a1ea821ff ("bpf: Support new
    # sign-extension load insns") on, in v6.6.
    Feature("sdiv", _on_one(Insn(0x3F, dst=0, src=1, off=1)), (6, 6)),
    Feature("movsx", _on_one(Insn(0xBF, dst=0, src=1, off=8)), (6, 6)),
    Feature("ldsx", _on_stack(Insn(0x91, dst=0, src=10, off=-8)), (6, 6)),
    Feature("bswap", _on_one(Insn(0xD7, dst=0, imm=64)), (6, 6)),
    # Over an instruction that a branch leads to: kernels before it take a jump to the next one.
    Feature(
        "gotol", _on_one(Insn(0x15, dst=1, off=1, imm=2), Insn(0x06, imm=1), Insn(0xB7)), (6, 6)
    ),
    # commit 011832b97b31 ("bpf: Introduce may_goto instruction") in v6.9.
    Feature("may_goto", _on_one(Insn(0xE5, off=1), Insn(0xB7)), (6, 9)),
    # Since v6.15 the time is looked at every 65535 rounds, on the machines that give the verifier
    # bpf_jit_supports_timed_may_goto(), whether the JIT is on or not.
    Feature(
        "may_goto-of-many-rounds",
        SelfContainedProbe(
            (Insn(0xB7, dst=0), Insn(0xE5, off=1), Insn(0xB7, dst=0, imm=1), _EXIT), _SOCKET
        ),
        (6, 9),
        lost=(6, 15),
        bug="the interpreter is left to call arch_bpf_timed_may_goto(), which takes its argument "
        "in a register of the JIT: an oops or rubbish after 65535 rounds",
    ),
    # commit cc8b0b92a169 ("bpf: introduce function calls (function boundaries)") in v4.16.
    Feature("bpf-to-bpf", _calls_itself_once(), (4, 16), jit_elsewhere=((ARM, None),)),
    # commit 7f6e4312e15a ("bpf: Limit caller's stack depth 256 for subprogs with tailcalls") in
    # v5.10 and its neighbours, for x86_64; bpf_jit_supports_subprog_tailcalls() of the others.
    # Asked for by a program that has both, because a tail call in a function needs BTF.
    Feature(
        "tail-calls-with-subprograms",
        LoadProbe(
            (
                Insn(0xBF, dst=6, src=1),
                Insn(0x85, src=1, imm=7),
                Insn(0xBF, dst=1, src=6),
                Insn(0x18, dst=2),
                Insn(0x00),
                Insn(0xB7, dst=3),
                Insn(0x85, imm=12),
                *_RETURN_0,
                *_RETURN_0,
            ),
            _SOCKET,
            table=TableProbe(_PROG_ARRAY, 4, 4, 1),
        ),
        (5, 10),
        elsewhere=(
            (ARM64, (6, 0)),
            (RISCV64, None),
            (S390X, (6, 3)),
            (PPC64LE, (7, 2)),
            (ARM, None),
        ),
        jit_only=True,
    ),
    # No JIT needs to mask: so says kernel/bpf/core.c above its macro SHT.
    Feature(
        "masked-shifts",
        _shifts_beyond(64, lsh=0x6F, rsh=0x7F, arsh=0xCF),
        (3, 18),
        # emit_a32_lsh_r64() and its like leave 8 bits of the amount to the processor; sld, srd and
        # srad take 7.
        jit_elsewhere=((ARM, None), (PPC64LE, None)),
        bug=_UNMASKED,
    ),
    Feature(
        "masked-shifts32",
        _shifts_beyond(32, lsh=0x6C, rsh=0x7C, arsh=0xCC),
        (3, 18),
        # emit_a32_alu_r64(): 8 bits; slw, srw and sraw take 6, and so do sll, srl and sra.
        jit_elsewhere=((ARM, None), (PPC64LE, None), (S390X, None)),
        bug=_UNMASKED,
    ),
)

# r6 is not 7, so r7 is 0xffffffff80000000 before the 32-bit addition; after it the verifier prunes
# the path, because it has been there with any r7, and must remember that the upper half is needed.
_PRUNED_PATH = (
    Insn(0x61, dst=6, src=1),
    Insn(0x79, dst=8, src=1, off=48),
    Insn(0x55, dst=6, off=2, imm=7),
    Insn(0xBF, dst=7, src=8),
    Insn(0x05, off=2),
    Insn(0xB7, dst=7, imm=-0x80000000),
    Insn(0x0C, dst=7, src=6),
    Insn(0xBF, dst=0, src=7),
    Insn(0x77, dst=0, imm=32),
    _EXIT,
)

_VERIFIER = (
    Feature(
        "zero-extension-on-pruned-paths",
        RunProbe(_PRUNED_PATH, _SOCKET, retval=0, flags=_TEST_RND_HI32 | _TEST_STATE_FREQ),
        (5, 3),
        # commit 107e16979905 ("bpf: disable and remove registers chain based liveness") in v6.18.
        lost=(6, 18),
        bug="the verifier forgets to have a 32-bit result extended on a path that it prunes",
    ),
)

# bpf_trace_printk("%s%s", r10 - 8, r10 - 8) of the text at r10 - 8; negative if it is refused.
_TWO_STRINGS = (
    *(Insn(0x72, dst=10, off=at - 8, imm=byte) for at, byte in enumerate(b"%s%s\0\0\0\0")),
    Insn(0xBF, dst=1, src=10),
    Insn(0x07, dst=1, imm=-8),
    Insn(0xB7, dst=2, imm=5),
    Insn(0xBF, dst=3, src=1),
    Insn(0xBF, dst=4, src=1),
    Insn(0x85, imm=6),
    Insn(0x77, dst=0, imm=63),
    _EXIT,
)

_HELPERS = (
    # commit d9c9e4db186a ("bpf: Factorize bpf_trace_printk and bpf_seq_printf") in v5.13.
    Feature("trace_printk-two-strings", RunProbe(_TWO_STRINGS, _SOCKET, retval=0), (5, 13)),
    # commit 8a67f2de9b1d ("bpf: expose bpf_strtol and bpf_strtoul to all program types") in v6.1.
    Feature("bpf_strtol", HelperProbe(105, _SOCKET), (6, 1)),
    Feature("bpf_strtoul", HelperProbe(106, _SOCKET), (6, 1)),
    Feature("bpf_get_current_task_btf", HelperProbe(158, _RAW_TP), (5, 11)),
    Feature("bpf_for_each_map_elem", HelperProbe(164, _SOCKET), (5, 13)),
    Feature("bpf_snprintf", HelperProbe(165, _SOCKET), (5, 13)),
    Feature("bpf_find_vma", HelperProbe(180, _KPROBE), (5, 17)),
    Feature("bpf_loop", HelperProbe(181, _SOCKET), (5, 17)),
    Feature("bpf_strncmp", HelperProbe(182, _SOCKET), (5, 17)),
    Feature("bpf_kptr_xchg", HelperProbe(194, _SOCKET), (5, 19)),
    Feature("bpf_map_lookup_percpu_elem", HelperProbe(195, _SOCKET), (5, 19)),
    Feature("bpf_dynptr_from_mem", HelperProbe(197, _SOCKET), (5, 19)),
    Feature("bpf_ringbuf_reserve_dynptr", HelperProbe(198, _SOCKET), (5, 19)),
    Feature(
        "interpreted-helpers",
        # On CPU 0 a call to nowhere would give the right number.
        RunProbe((Insn(0x85, imm=8), _EXIT), _RAW_TP, retval=1, cpu=1),
        (4, 1),
        cpus=2,
        # 6.12 runs them wrongly, 7.2 refuses them (prog->jit_required, kernel/bpf/fixups.c).
        elsewhere=((ARM64, None), (RISCV64, None), (PPC64LE, None)),
        bug="helpers that the JIT puts in line are left to it although it is off",
    ),
    # bpf_probe_read() is there where user and kernel addresses never overlap: commit 0ebeea8ca8a4
    # ("bpf: Restrict bpf_probe_read{, str}() only to archs where they work") in v5.7. Elsewhere 0
    # may be an address of the kernel's own: the lowcore of s390x.
    Feature(
        "separate-address-spaces",
        HelperProbe(4, _RAW_TP),
        (5, 7),
        ("ARCH_HAS_NON_OVERLAPPING_ADDRESS_SPACE",),
        elsewhere=((S390X, None),),
    ),
)

# Functions of the kernel that programs may call, by the release that brought them.
_KFUNCS = tuple(
    Feature(name, TypesProbe(name), since, ("DEBUG_INFO_BTF",))
    for name, since in (
        ("bpf_cgroup_acquire", (6, 2)),
        ("bpf_iter_num_new", (6, 4)),
        ("bpf_preempt_disable", (6, 10)),
        ("bpf_rcu_read_lock", (6, 2)),
        ("bpf_rdonly_cast", (6, 2)),
        ("bpf_task_acquire", (6, 2)),
    )
)

_TABLES = (
    # Slots of an array can be looked up since commit 14dc6f04f49d ("bpf: Add syscall lookup support
    # for fd array and htab") in v4.13.
    Feature(
        "fd-array-slots",
        SlotProbe(_RETURN_0, _SOCKET, TableProbe(_PROG_ARRAY, 4, 4, 2), slot=1),
        (4, 13),
        elsewhere=((ARM, None),),
        bug="kernel/bpf/arraymap.c puts a table or program at slot * sizeof(void *) and looks for "
        "it at slot * 8, so that a machine of 32 bits finds it in slot 0 only",
    ),
)

FEATURES: tuple[Feature, ...] = (
    *_SYSTEM,
    *EVENT_FEATURES,
    *ITERATOR_FEATURES,
    *NETWORK_FEATURES,
    *_INSTRUCTIONS,
    *_VERIFIER,
    *_HELPERS,
    *_KFUNCS,
    *_TABLES,
    *TABLE_FEATURES,
    *SURVIVAL,
    *ASSOCIATION_FEATURES,
)

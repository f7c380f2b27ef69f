"""Rows of the table of features: what reads of memory that may not be there go through."""

from harness.values.arch import ARM, ARM64, PPC64LE, RISCV64, S390X
from harness.values.feature import Feature, HelperProbe, ShellProbe, TypesProbe

# linux/bpf.h: enum bpf_prog_type
_SOCKET, _RAW_TP, _SYSCALL = 1, 17, 31

_SYSTEM = (
    Feature("vmallocinfo", ShellProbe("test -r /proc/vmallocinfo"), (2, 6), ("MMU",)),
    # Channel devices and PCI's special instructions need no mapped registers.
    Feature(
        "ioremap",
        ShellProbe("grep -q ioremap /proc/vmallocinfo"),
        (2, 6),
        elsewhere=((S390X, None),),
    ),
    # Not by trying: the kernel would be gone.
    Feature(
        "device-errors",
        ShellProbe("case $(uname -m) in aarch64|armv*) false ;; esac"),
        (2, 6),
        elsewhere=((ARM64, None), (ARM, None)),
        bug="a read that a device refuses is a synchronous external abort, for which do_sea() in "
        "arch/arm64/mm/fault.c and do_bad() in arch/arm/mm/fault.c ask no exception table: the "
        "kernel oopses in copy_from_kernel_nofault()",
    ),
    # The interpreter copies with page faults disabled. Other processors' JITs or fault
    # handlers see at once that such an address is not the kernel's.
    Feature(
        "faults-under-locks",
        ShellProbe(
            "case $(uname -m) in aarch64) uname -v | grep -q PREEMPT"
            " || test $(cat /proc/sys/net/core/bpf_jit_enable) = 0 ;; esac",
            asks_mode=True,
        ),
        (5, 5),
        elsewhere=((ARM64, None),),
        bug="a load through NULL that a filter may do faults into do_page_fault() of "
        "arch/arm64/mm/fault.c, which waits for the mmap_lock of the current task if nothing "
        "counts how deep preemption is disabled: in the scheduler it waits for ever",
    ),
    # Seen once with 6.12.107: the only CPU waited for a lock. Other architectures disable page
    # faults while they walk; so does the count of preemption, where there is one.
    Feature(
        "user-stacks-under-locks",
        ShellProbe("case $(uname -m) in riscv64) uname -v | grep -q PREEMPT ;; esac"),
        (5, 9),
        elsewhere=((RISCV64, None),),
        bug="user_backtrace() of arch/riscv/kernel/stacktrace.c reads the stack of user space with "
        "page faults enabled: in the scheduler a fault there may wait for ever",
    ),
    # Seen with 6.12.107, and not with 7.2.13. No program is given a kernel thread on demand.
    Feature(
        "task-stacks-nulled",
        ShellProbe("case $(uname -m)-$(uname -r) in ppc64le-[1-6].*) false ;; esac"),
        (5, 9),
        elsewhere=((PPC64LE, (7, 2)),),
        bug="bpf_get_task_stack() of a kernel thread, which has no task_pt_regs() on powerpc, is "
        "-EINVAL and leaves its buffer as it was, which the verifier takes for written",
    ),
)

_SLIPS = (
    # commit e2bb9e01d589 ("bpf: Remove trace_printk_lock") in v6.3, and in 6.1.y. Not all kernels
    # have their data in kallsyms; 5.10 has a function of its own that takes the lock.
    Feature(
        "nested-trace_printk",
        ShellProbe("! grep -qE ' (trace_printk_lock|bpf_do_trace_printk)$' /proc/kallsyms"),
        (6, 3),
        bug="bpf_trace_printk() calls its own tracepoint while it holds trace_printk_lock: a "
        "filter there that prints waits for it for ever",
    ),
    # Seen with 7.2.13 in jit-harden, by chance of the constant that blinds: E2BIG for a size of 32.
    Feature(
        "extended-arguments",
        ShellProbe("case $(uname -m) in ppc64le) false ;; esac"),
        (6, 2),
        elsewhere=((PPC64LE, None),),
        bug="arch/powerpc/net/bpf_jit_comp64.c hands a u32 whose constant was blinded to a kernel "
        "function with its upper half set, and the function takes it for extended with nulls",
    ),
)

_HELPERS = (
    # commit fa28dcb82a38 ("bpf: Introduce helper bpf_get_task_stack()") in v5.9.
    Feature("bpf_get_task_stack", HelperProbe(141, _RAW_TP), (5, 9)),
    # commit b00628b1c7d5 ("bpf: Introduce bpf timers.") in v5.15.
    Feature("bpf_timer_init", HelperProbe(169, _SOCKET), (5, 15)),
    # commit 376040e47334 ("bpf: Add bpf_copy_from_user_task() helper") in v5.18.
    Feature("bpf_copy_from_user_task", HelperProbe(191, _SYSCALL), (5, 18)),
)

# Functions of the kernel that programs may call, by the release that brought them.
_KFUNCS = tuple(
    Feature(name, TypesProbe(name), since, ("DEBUG_INFO_BTF",))
    for name, since in (
        ("bpf_task_from_pid", (6, 2)),
        ("bpf_iter_task_vma_new", (6, 7)),
        ("bpf_copy_from_user_str", (6, 12)),
        ("bpf_probe_read_kernel_dynptr", (6, 16)),
        ("bpf_strlen", (6, 17)),
    )
)

SURVIVAL: tuple[Feature, ...] = _SYSTEM + _SLIPS + _HELPERS + _KFUNCS

"""The features of events: what a kernel needs so that filters can be attached to them."""

from harness.values.arch import ARM, ARM64, PPC64LE, RISCV64, S390X
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import AttachProbe, Feature, LoadProbe, ShellProbe
from harness.values.insn import Insn

# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
_KPROBE, _PERF_EVENT, _WRITABLE, _TRACING, _LSM = 2, 7, 24, 26, 29
_FENTRY, _MODIFY_RETURN, _LSM_MAC, _ITERATOR, _LSM_CGROUP, _FSESSION = 24, 26, 27, 28, 43, 58
_KPROBE_MULTI, _KPROBE_SESSION, _UPROBE_MULTI, _UPROBE_SESSION = 42, 56, 48, 57
# BPF_F_SLEEPABLE
_SLEEPABLE = 1 << 4

_RETURN_0 = (Insn(0xB7), Insn(0x95))
# What lets a process in a cgroup go on.
_RETURN_1 = (Insn(0xB7, imm=1), Insn(0x95))

# Since when filters can be called from a function that is patched.
TRAMPOLINES = (
    # commit efc9909fdce0 ("bpf, arm64: Add bpf trampoline for arm64") in v6.0, which
    # could attach from 6.4 on.
    (ARM64, (6, 4)),
    (RISCV64, (6, 3)),
    (S390X, (6, 3)),
    (PPC64LE, (6, 13)),
    (ARM, None),
)

# Functions that are there whatever the kernel is configured for, and of the agent.
_FUNCTION = "vfs_mknod"
_OWN_FUNCTION = "/proc/self/exe:probed_add"


def _on_function(kind: EventKind, attach_type: int) -> AttachProbe:
    return AttachProbe(_RETURN_0, _KPROBE, Event(kind, _FUNCTION), attach_type)


def _on_own_function(kind: EventKind, attach_type: int) -> AttachProbe:
    return AttachProbe(_RETURN_0, _KPROBE, Event(kind, _OWN_FUNCTION), attach_type)


# bpf_kprobe_multi_link_attach() and bpf_uprobe_multi_link_attach() in kernel/trace/bpf_trace.c
# begin with it: "no support for 32bit archs yet".
_NOT_OF_32_BITS = ((ARM, None),)

_PROBES = (
    # Between the entry of a function and what it calls: also where ftrace has the entry.
    Feature(
        "kprobe-inside",
        ShellProbe(
            "cd /sys/kernel/tracing; for offset in 20 22 23 24 25 26 28; do"
            f" echo p:bpf_harness/inside {_FUNCTION}+$offset >> kprobe_events && break; done"
            " && echo -:bpf_harness/inside >> kprobe_events"
        ),
        (4, 17),
        ("KPROBE_EVENTS",),
    ),
    # commit 0dcac2725406 ("bpf: Add multi kprobe link") in v5.18.
    Feature(
        "kprobe.multi",
        _on_function(EventKind.KPROBE_MULTI, _KPROBE_MULTI),
        (5, 18),
        ("FPROBE",),
        elsewhere=_NOT_OF_32_BITS,
    ),
    # commit 535a3692ba72 ("bpf: Add support for kprobe session attach") in v6.10.
    Feature(
        "kprobe.session",
        _on_function(EventKind.KPROBE_SESSION, _KPROBE_SESSION),
        (6, 10),
        ("FPROBE",),
        elsewhere=_NOT_OF_32_BITS,
    ),
    # arch_specific_syscall_pfx() of libbpf knows what a system call's function is called where it
    # is handed a struct pt_regs, and takes __se_sys_NAME where none of these is there.
    Feature(
        "ksyscall",
        ShellProbe(
            r"grep -qE ' __(\w+_)?(x64|arm64|s390x|riscv|se)_sys_setpriority$' /proc/kallsyms"
        ),
        (4, 17),
        # sys_NAME is handed a struct pt_regs there since 6.2, and is all there is.
        elsewhere=((PPC64LE, None),),
    ),
    Feature(
        "uprobe",
        ShellProbe("test -e /sys/bus/event_source/devices/uprobe/type"),
        (4, 17),
        ("UPROBE_EVENTS",),
    ),
    # commit 8c7dcb84e3b7 ("bpf: implement sleepable uprobes by chaining gps") in v6.0.
    Feature("sleepable-uprobe", LoadProbe(_RETURN_0, _KPROBE, flags=_SLEEPABLE), (6, 0)),
    # commit 89ae89f53d20 ("bpf: Add multi uprobe link") in v6.6.
    Feature(
        "uprobe.multi",
        _on_own_function(EventKind.UPROBE_MULTI, _UPROBE_MULTI),
        (6, 6),
        ("UPROBE_EVENTS",),
        elsewhere=_NOT_OF_32_BITS,
    ),
    # commit d920179b3d48 ("bpf: Add support for uprobe multi session attach") in v6.13.
    Feature(
        "uprobe.session",
        _on_own_function(EventKind.UPROBE_SESSION, _UPROBE_SESSION),
        (6, 13),
        ("UPROBE_EVENTS",),
        elsewhere=_NOT_OF_32_BITS,
    ),
    # Of a static tracepoint, which libbpf reads. Its parse_usdt_arg() has nothing for powerpc, and
    # refuses a tracepoint that has some (ENOTSUP). Without the cookies of commit 7adfc6c9b315
    # ("bpf: Add bpf_get_attach_cookie() BPF helper to access bpf_cookie value") in v5.15 filters
    # look them up by PT_REGS_IP(), a long: on arm that is r12, and user space's has 4 bytes.
    Feature(
        "usdt-arguments",
        ShellProbe(
            "test -e /sys/bus/event_source/devices/uprobe/type || exit 1;"
            " case $(uname -m)-$(uname -r) in"
            " ppc64le-*|arm*-4.*|arm*-5.[0-9].*|arm*-5.1[0-4].*) false ;; esac"
        ),
        (4, 17),
        ("UPROBE_EVENTS",),
        elsewhere=((PPC64LE, None), (ARM, (5, 15))),
    ),
)

_TRACEPOINTS = (
    # commit 9df1c28bb752 ("bpf: add writable context for raw tracepoints") in v5.2.
    Feature("raw_tp.w", LoadProbe(_RETURN_0, _WRITABLE), (5, 2)),
)

_FUNCTIONS = (
    # Functions of bpf_test_modify_return_ids in net/bpf/test_run.c in which a filter may sleep:
    # commit 5b481acab4ce ("bpf: do not rely on ALLOW_ERROR_INJECTION for fmod_ret") in v6.2.
    Feature(
        "sleepable-fentry",
        AttachProbe(
            _RETURN_0,
            _TRACING,
            Event(EventKind.TRACE, "fentry.s/bpf_fentry_test1"),
            _FENTRY,
            "bpf_fentry_test1",
            flags=_SLEEPABLE,
        ),
        (6, 2),
        ("DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "BPF_JIT", "DEBUG_INFO_BTF"),
        elsewhere=TRAMPOLINES,
    ),
    # By the same commit; before it, only where FUNCTION_ERROR_INJECTION is.
    Feature(
        "replaceable-test-functions",
        AttachProbe(
            _RETURN_0,
            _TRACING,
            Event(EventKind.TRACE, "fmod_ret/bpf_modify_return_test"),
            _MODIFY_RETURN,
            "bpf_modify_return_test",
        ),
        (6, 2),
        ("DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "BPF_JIT", "DEBUG_INFO_BTF"),
        elsewhere=TRAMPOLINES,
    ),
    # A filter's -1 of 32 bits, of which the caller of the function makes a system call's errno.
    Feature(
        "sign-extended-results",
        AttachProbe(
            (Insn(0xB4, imm=-1), Insn(0x95)),
            _TRACING,
            Event(EventKind.TRACE, "fmod_ret/security_task_setnice"),
            _MODIFY_RETURN,
            "security_task_setnice",
            command="renice -n 1 $$ 2>&1 | grep -q 'not permitted'",
        ),
        (5, 7),
        ("DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "BPF_JIT", "DEBUG_INFO_BTF", "SECURITY"),
        elsewhere=(*TRAMPOLINES[:3], (PPC64LE, None), (ARM, None)),
        bug="where callers rely on an int being extended to 64 bits (the ELF ABI of powerpc), the "
        "trampoline hands them 0x00000000ffffffff for -1: arch/powerpc/net/bpf_jit_comp.c",
    ),
    # Entry and exit in one filter, in v7.0; bpf_jit_supports_fsession() of the architectures.
    Feature(
        "fsession",
        AttachProbe(
            _RETURN_0,
            _TRACING,
            Event(EventKind.TRACE, "fsession/bpf_fentry_test1"),
            _FSESSION,
            "bpf_fentry_test1",
        ),
        (7, 0),
        ("DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "BPF_JIT", "DEBUG_INFO_BTF"),
        elsewhere=((ARM, None),),
    ),
    # A hook calls filters only if bpf is among the active security modules: CONFIG_LSM, lsm=.
    Feature(
        "lsm-hooks",
        ShellProbe(
            "mount -t securityfs none /sys/kernel/security || exit 1;"
            " grep -qw bpf /sys/kernel/security/lsm; found=$?;"
            " umount /sys/kernel/security; exit $found"
        ),
        (5, 7),
        ("BPF_LSM", "SECURITYFS"),
    ),
    # commit 423f16108c9d ("bpf: Augment the set of sleepable LSM hooks") in v5.11.
    Feature(
        "sleepable-lsm-hooks",
        AttachProbe(
            _RETURN_0,
            _LSM,
            Event(EventKind.LSM, "lsm.s/inode_rmdir"),
            _LSM_MAC,
            "inode_rmdir",
            flags=_SLEEPABLE,
        ),
        (5, 11),
        ("BPF_LSM", "DEBUG_INFO_BTF", "DYNAMIC_FTRACE_WITH_DIRECT_CALLS"),
        elsewhere=TRAMPOLINES,
    ),
    # commit 69fd337a975c ("bpf: per-cgroup lsm flavor") in v6.0.
    Feature(
        "lsm_cgroup",
        AttachProbe(
            _RETURN_1,
            _LSM,
            Event(EventKind.LSM_CGROUP, "lsm_cgroup/inode_rmdir"),
            _LSM_CGROUP,
            "inode_rmdir",
        ),
        (6, 0),
        ("BPF_LSM", "CGROUP_BPF", "DEBUG_INFO_BTF", "DYNAMIC_FTRACE_WITH_DIRECT_CALLS"),
        elsewhere=TRAMPOLINES,
    ),
)

_NO_BREAKPOINTS = ((RISCV64, None), (S390X, None), (PPC64LE, None), (ARM, None))

_PERF_EVENTS = (
    Feature(
        "perf-events",
        ShellProbe("test -e /proc/sys/kernel/perf_event_paranoid"),
        (4, 9),
        ("PERF_EVENTS",),
    ),
    # HAVE_HW_BREAKPOINT, and a processor with registers for it: QEMU's POWER9 has none that work
    # (nr_wp_slots() of powerpc), its 32-bit arm no debug monitor (arch_hw_breakpoint_init()).
    Feature(
        "breakpoints",
        AttachProbe(_RETURN_0, _PERF_EVENT, Event(EventKind.BREAKPOINT, "mem:fire_target:w")),
        (4, 9),
        ("PERF_EVENTS",),
        elsewhere=_NO_BREAKPOINTS,
    ),
    Feature(
        "execution-breakpoints",
        AttachProbe(_RETURN_0, _PERF_EVENT, Event(EventKind.BREAKPOINT, f"mem:{_FUNCTION}:x")),
        (4, 9),
        ("PERF_EVENTS",),
        # A Power processor watches data only: hw_breakpoint_arch_parse() in its hw_breakpoint.c.
        elsewhere=_NO_BREAKPOINTS,
    ),
    # Variables are among the symbols, too.
    Feature(
        "data-symbols",
        ShellProbe("grep -q ' printk_delay_msec$' /proc/kallsyms"),
        (2, 6),
        ("KALLSYMS_ALL",),
    ),
)

EVENT_FEATURES: tuple[Feature, ...] = (
    *_PROBES,
    *_TRACEPOINTS,
    *_FUNCTIONS,
    *_PERF_EVENTS,
)

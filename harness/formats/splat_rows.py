"""The table of kernel messages that begin a report of something gone wrong, one row each.

Every pattern is matched at the beginning of a message, in the order of the table: the first row
wins. tests/recorded/splats holds, for every row, a log it must catch and one it must leave alone.
The comments name the function that prints the message (Linux 5.10 to 7.2).
"""

from dataclasses import dataclass
from enum import Enum


class SplatKind(Enum):
    """What sort of report it is."""

    PANIC = "panic"
    OOPS = "oops"
    BUG = "bug"
    WARNING = "warning"
    SANITIZER = "sanitizer"
    LOCKDEP = "lockdep"
    CORRUPTION = "corruption"
    LOCKUP = "lockup"
    STALL = "stall"
    HUNG_TASK = "hung task"
    BPF = "bpf"
    MEMORY = "memory"
    TAINT = "taint"
    AGENT = "agent"


class Severity(Enum):
    """Who is to blame, worst first."""

    CRASH = "crash"
    """The kernel under test did something it must never do."""

    OURS = "ours"
    """Our side of the fence: the agent, the image or the size of the guest."""

    NOTE = "note"
    """Worth showing as evidence, and no fault by itself."""


class Follows(Enum):
    """When a message of this row is part of an earlier report, instead of a new one."""

    NEVER = "never"
    INSIDE = "inside"
    """Inside a report that has not ended: an oops prints two or three titles."""

    SOON = "soon"
    """Also shortly after a report has ended: the panic that oops=panic makes of it."""


@dataclass(frozen=True, slots=True)
class SplatRow:
    """One kind of report. In the pattern, `(?P<function>…)` says whose fault it is."""

    name: str
    pattern: str
    kind: SplatKind
    severity: Severity = Severity.CRASH
    follows: Follows = Follows.NEVER


_K, _S, _F = SplatKind, Severity, Follows

# A C symbol as %pS and %ps print it.
_SYMBOL = r"(?P<function>[A-Za-z_][\w.]{0,255})"

_OURS = (
    # guest_images/agent: PID 1 says so when the worker dies.
    SplatRow("agent-died", r"bpf-harness: agent died", _K.AGENT, _S.OURS),
    # kernel/exit.c, do_exit() of PID 1. After an oops it is that oops's fault.
    SplatRow(
        "init-killed",
        r"Kernel panic - not syncing: Attempted to kill init!",
        _K.AGENT,
        _S.OURS,
        _F.SOON,
    ),
    # init/main.c, kernel_init(); init/do_mounts.c. The image cannot be booted.
    SplatRow(
        "no-init",
        r"Kernel panic - not syncing: (?:No working init|VFS: Unable to mount root)",
        _K.AGENT,
        _S.OURS,
    ),
    # mm/oom_kill.c, out_of_memory(): the guest is too small for what runs in it. A memory cgroup
    # that is full (a test may want that) says "Memory cgroup out of memory" instead.
    SplatRow(
        "out-of-memory",
        r"(?:Kernel panic - not syncing: )?(?:Out of memory|System is deadlocked on memory)",
        _K.MEMORY,
        _S.OURS,
        _F.SOON,
    ),
)

_PANICS = (
    # kernel/panic.c, __stack_chk_fail().
    SplatRow(
        "stack-protector",
        r"Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: " + _SYMBOL,
        _K.CORRUPTION,
    ),
    # What an oops, a WARN or a lockup ends in if the kernel was told to panic then: oops_exit(),
    # check_panic_on_warn(), watchdog_timer_fn() … The cause is in the report before it.
    SplatRow(
        "aftermath",
        r"Kernel panic - not syncing: (?:.{0,80}(?:Fatal exception|panic_on_warn set|hung tasks"
        r"|blocked tasks|hard LOCKUP|RCU Stall|stack overflow|stack guard hit|too often)"
        r"|Hard LOCKUP|Aiee, killing|Asynchronous SError|Unhandled exception|Bad kernel stack)",
        _K.PANIC,
        _S.CRASH,
        _F.SOON,
    ),
    # kernel/panic.c, panic(): every other reason.
    SplatRow("panic", r"Kernel panic - not syncing: ", _K.PANIC, _S.CRASH, _F.INSIDE),
)

_OOPSES = (
    # arch/x86/mm/fault.c, show_fault_oops(). Both are inside what they cause when they recurse.
    SplatRow(
        "null-pointer",
        r"BUG: (?:unable to handle )?kernel NULL pointer",
        _K.OOPS,
        _S.CRASH,
        _F.INSIDE,
    ),
    SplatRow(
        "page-fault",
        r"BUG: unable to handle (?:page fault for address|kernel paging request)",
        _K.OOPS,
        _S.CRASH,
        _F.INSIDE,
    ),
    # arch/x86/mm/fault.c and arch/powerpc/mm/fault.c: printed before the fault itself.
    SplatRow(
        "exec-protected",
        r"kernel tried to execute \S+ page|unable to execute userspace code \(SMEP",
        _K.OOPS,
    ),
    # arch/powerpc/mm/fault.c, bad_page_fault() and bad_kernel_fault().
    SplatRow(
        "powerpc-fault",
        r"BUG: (?:Unable to handle |Kernel NULL pointer dereference)|Kernel attempted to \w+ user",
        _K.OOPS,
        _S.CRASH,
        _F.INSIDE,
    ),
    # arch/{arm64,arm,riscv}/mm/fault.c, die_kernel_fault().
    SplatRow(
        "kernel-fault",
        r"Unable to handle kernel [\w -]{1,60} at virtual address",
        _K.OOPS,
        _S.CRASH,
        _F.INSIDE,
    ),
    # arch/s390/mm/fault.c, handle_fault_error_nolock().
    SplatRow(
        "s390-fault",
        r"Unable to handle kernel [\w ]{1,40} in virtual (?:kernel|user) address space",
        _K.OOPS,
    ),
    # arch/x86/kernel/traps.c, exc_general_protection(); without "Oops: " in 5.10 and 6.1. The
    # fault of a user process begins with "traps: ".
    SplatRow("gpf", r"(?:Oops: )?general protection fault[,:]", _K.OOPS),
    # arch/x86/kernel/traps.c, handle_stack_overflow(); arm64 and riscv: handle_bad_stack();
    # s390: kernel_stack_invalid(), formerly kernel_stack_overflow().
    SplatRow(
        "stack-overflow",
        r"BUG: (?:\S{1,16} )?stack guard page was hit|Insufficient stack space to handle exception"
        r"|Kernel stack (?:overflow|pointer invalid)",
        _K.OOPS,
    ),
    # arch/x86/kernel/traps.c, exc_double_fault().
    SplatRow(
        "double-fault",
        r"(?:traps: )?PANIC: double fault|(?:Oops: )?double fault:",
        _K.OOPS,
        _S.CRASH,
        _F.INSIDE,
    ),
    # arch/arm64/kernel/entry-common.c, __panic_unhandled(); traps.c, arm64_serror_panic().
    SplatRow(
        "arm64-unhandled",
        r"SError Interrupt on CPU\d|Unhandled [\w -]{1,40} exception on CPU\d",
        _K.OOPS,
    ),
)

_CORRUPTION = (
    # lib/list_debug.c. Followed by a BUG (CONFIG_BUG_ON_DATA_CORRUPTION) or a WARN.
    SplatRow("list", r"list_(?:add|del) (?:corruption|double add)", _K.CORRUPTION),
    # lib/refcount.c, refcount_warn_saturate(); the WARNING comes on the next line.
    SplatRow("refcount", r"refcount_t: ", _K.CORRUPTION),
    # lib/debugobjects.c, debug_print_object().
    SplatRow("odebug", r"ODEBUG: [\w ]{1,40}\(active state", _K.CORRUPTION),
    # mm/usercopy.c, usercopy_abort().
    SplatRow("usercopy", r"usercopy: Kernel memory \w+ attempt detected", _K.CORRUPTION),
    # kernel/cfi.c, report_cfi_failure().
    SplatRow("cfi", r"CFI failure at " + _SYMBOL, _K.CORRUPTION),
    # mm/page_alloc.c, bad_page(); mm/memory.c, print_bad_pte(); mm/filemap.c; kernel/fork.c.
    SplatRow(
        "bad-page",
        r"BUG: (?:Bad page (?:state|map|cache)|Bad rss-counter state|non-zero pgtables_bytes)",
        _K.CORRUPTION,
    ),
    # mm/slub.c, slab_bug(): `BUG kmalloc-64 (Not tainted): Right Redzone overwritten`.
    SplatRow("slab", r"BUG [\w.<>:-]{1,64} \((?:Not tainted|Tainted:[^)]{1,80})\)", _K.CORRUPTION),
    # net/core/dev.c, netdev_wait_allrefs_any(): a reference to a device was leaked.
    SplatRow("netdev-leak", r"unregister_netdevice: waiting for \S+ to become free", _K.CORRUPTION),
)

_SANITIZERS = (
    # mm/kasan/report.c, print_error_description(); print_report() for asynchronous tag faults.
    SplatRow("kasan", rf"BUG: KASAN: (?:[\w -]{{1,60}} in {_SYMBOL}|invalid-access)", _K.SANITIZER),
    # mm/kfence/report.c, kfence_report_error().
    SplatRow("kfence", r"BUG: KFENCE: [\w -]{1,60} in " + _SYMBOL, _K.SANITIZER),
    # kernel/kcsan/report.c, print_report(). Whoever turns KCSAN on wants to know.
    SplatRow("kcsan", rf"BUG: KCSAN: (?:data-race|assert: race) in {_SYMBOL}", _K.SANITIZER),
    # mm/kmsan/report.c, kmsan_report().
    SplatRow("kmsan", r"BUG: KMSAN: [\w -]{1,60} in " + _SYMBOL, _K.SANITIZER),
    # lib/ubsan.c, ubsan_prologue(): `UBSAN: array-index-out-of-bounds in FILE:LINE:COLUMN`.
    SplatRow("ubsan", r"UBSAN: [\w-]{1,60} in \S+:\d+:\d+", _K.SANITIZER),
)

# kernel/locking/lockdep.c, unless said otherwise.
_LOCKDEP = (
    SplatRow(  # print_circular_bug_header()
        "lockdep-circular", r"WARNING: possible circular locking dependency detected", _K.LOCKDEP
    ),
    SplatRow(  # print_bad_irq_dependency(), print_irq_inversion_bug()
        "lockdep-inversion",
        r"WARNING: (?:possible irq lock inversion dependency|\w+-safe -> \w+-unsafe lock order)",
        _K.LOCKDEP,
    ),
    SplatRow(  # print_deadlock_bug()
        "lockdep-recursive", r"WARNING: possible recursive locking detected", _K.LOCKDEP
    ),
    SplatRow(  # print_usage_bug()
        "lockdep-inconsistent", r"WARNING: inconsistent lock state", _K.LOCKDEP
    ),
    SplatRow(  # print_lock_invalid_wait_context()
        "lockdep-wait", r"\[ BUG: Invalid wait context \]", _K.LOCKDEP
    ),
    SplatRow(  # print_unlock_imbalance_bug(), print_lock_contention_bug(), print_lock_nested_…()
        "lockdep-balance",
        r"WARNING: (?:bad (?:unlock balance|contention) detected!|Nested lock was not taken)",
        _K.LOCKDEP,
    ),
    SplatRow(  # print_freed_lock_bug(), print_held_locks_bug(), lockdep_sys_exit()
        "lockdep-held",
        r"WARNING: (?:held lock freed!|lock held when returning to user space!"
        r"|.{1,32}/\d+ still has locks held!)",
        _K.LOCKDEP,
    ),
    # lockdep_rcu_suspicious(); the next line names file and line.
    SplatRow("rcu-usage", r"WARNING: suspicious RCU usage", _K.LOCKDEP),
    # register_lock_class() by way of lockdep_init_map: a lock nobody initialised.
    SplatRow("lockdep-key", r"INFO: trying to register non-static key", _K.LOCKDEP),
    # print_lockdep_off(): lockdep's own tables are full. It stops looking; no lock was misused.
    SplatRow("lockdep-off", r"BUG: MAX_\w+ too low!", _K.LOCKDEP, _S.NOTE),
)

_CONTEXT = (
    # kernel/sched/core.c, __might_resched(), __schedule_bug(), __cant_sleep().
    SplatRow("sleep-in-atomic", r"BUG: sleeping function called from invalid context at ", _K.BUG),
    SplatRow("schedule-atomic", r"BUG: scheduling (?:while atomic|in a non-blocking)", _K.BUG),
    # lib/smp_processor_id.c, check_preemption_disabled().
    SplatRow("preemptible", r"BUG: using [\w()]{1,60} in preemptible ", _K.BUG),
    # kernel/locking/spinlock_debug.c, spin_dump() and rwlock_bug().
    SplatRow("spinlock", r"BUG: (?:spinlock|rwlock) [\w -]{1,40} on CPU#\d", _K.BUG),
    # kernel/workqueue.c, process_one_work().
    SplatRow("workqueue-leak", r"BUG: workqueue leaked (?:lock|atomic)", _K.BUG),
)

_LOCKUPS = (
    # kernel/watchdog.c, watchdog_timer_fn().
    SplatRow("soft-lockup", r"(?:watchdog: )?BUG: soft lockup - CPU#\d", _K.LOCKUP),
    # kernel/watchdog.c, watchdog_hardlockup_check(); arch/powerpc/kernel/watchdog.c.
    SplatRow(
        "hard-lockup",
        r"(?:NMI )?watchdog: (?:CPU\d+: )?Watchdog detected hard LOCKUP"
        r"|watchdog: CPU \d+ (?:self-)?(?:detected )?[Hh]ard LOCKUP",
        _K.LOCKUP,
    ),
    # kernel/workqueue.c, wq_watchdog_timer_fn().
    SplatRow("workqueue-lockup", r"BUG: workqueue lockup - pool", _K.LOCKUP),
    # kernel/rcu/tree_stall.h, tree_exp.h and tasks.h. "Stall ended" is good news.
    SplatRow(
        "rcu-stall",
        r"(?:rcu(?:_tasks)?: )?INFO: \w{1,40} (?:self-)?detected (?:expedited )?stalls?\b",
        _K.STALL,
    ),
    # kernel/rcu/tree_stall.h, rcu_check_gp_kthread_starvation(): mostly inside a stall.
    SplatRow(
        "rcu-starved",
        r"rcu: \w{1,40} kthread starved for \d+ jiffies",
        _K.STALL,
        _S.CRASH,
        _F.INSIDE,
    ),
    # kernel/hung_task.c, hung_task_info(). The comm may hold blanks.
    SplatRow(
        "hung-task",
        r"INFO: task .{1,32} blocked(?: in I/O wait)?(?: [\w ]{1,30})? for more than \d+ seconds",
        _K.HUNG_TASK,
    ),
)

_BPF = (
    # arch/x86, arm64, riscv, powerpc net/bpf_jit_comp*.c: the JIT met what it cannot be right on.
    SplatRow(
        "bpf-jit",
        r"bpf[_-]jit: (?:fatal|unknown|proglen)|multi-func JIT bug"
        r"|(?:ex|jmp|cond_jmp) gen bug|mem32 extable bug|extable is not populated",
        _K.BPF,
    ),
    # The same files, priv_stack_check_guard().
    SplatRow("bpf-private-stack", r"BPF private stack overflow/underflow detected", _K.BPF),
    # kernel/bpf/core.c, ___bpf_prog_run(); a BUG follows.
    SplatRow("bpf-interpreter", r"BPF interpreter: unknown opcode", _K.BPF),
)

_GENERAL = (
    # lib/bug.c, __report_bug().
    SplatRow("kernel-bug", r"kernel BUG at ", _K.BUG, _S.CRASH, _F.INSIDE),
    # kernel/panic.c, __warn(): up to 6.17 `CPU: 0 PID: 1 at FILE:LINE FUNCTION`, later
    # `FILE:LINE at FUNCTION, CPU#0: COMM/PID`.
    SplatRow(
        "warning",
        rf"WARNING: (?:CPU: \d+ PID: \d+ at (?:\S+:\d+ )?{_SYMBOL}\b"
        r"|(?:\S+:\d+ )?at \S{1,255}(?: \[\w+\])?, CPU#\d)",
        _K.WARNING,
        _S.CRASH,
        _F.INSIDE,
    ),
    # The last word of die(). x86: `Oops: 0002 [#1]`, `invalid opcode: 0000 [#1]` (5.10); s390:
    # `illegal operation: 0001 ilc:1 [#1]`; arm and arm64: `Internal error: Oops: 96000044 [#1]`;
    # powerpc: `Oops: Kernel access of bad area, sig: 11 [#1]`; riscv: `Oops [#1]`.
    SplatRow(
        "die",
        r"(?:Oops: )?[A-Za-z][\w ,.-]{2,80}: [0-9a-f]{4}(?: ilc:\d)? \[#\d"
        r"|Internal error: .{2,80}: [0-9a-f]{1,16} \[#\d"
        r"|Oops: .{2,80}, sig: \d+ \[#\d"
        r"|(?:Oops|Kernel BUG)[\w ,.()/-]{0,80} \[#\d",
        _K.OOPS,
        _S.CRASH,
        _F.INSIDE,
    ),
    # Everything else that the kernel itself calls a bug. Better a stranger than a miss.
    SplatRow("bug", r"BUG: ", _K.BUG),
)

_NOTES = (
    # mm/page_alloc.c, warn_alloc(): a big table on a small guest; the request just fails.
    SplatRow(
        "page-allocation", r".{1,32}: page allocation failure: ", _K.MEMORY, _S.NOTE, _F.INSIDE
    ),
    # kernel/module/main.c; kernel/panic.c, add_taint(). They tell who set which taint.
    SplatRow(
        "taint",
        r".{1,64}: (?:loading (?:out-of-tree|test) module taints kernel"
        r"|module (?:license.{0,40} taints kernel|verification failed))"
        r"|Disabling lock debugging due to kernel taint",
        _K.TAINT,
        _S.NOTE,
        _F.INSIDE,
    ),
)

ROWS: tuple[SplatRow, ...] = (
    *_OURS,
    *_PANICS,
    *_OOPSES,
    *_CORRUPTION,
    *_SANITIZERS,
    *_LOCKDEP,
    *_CONTEXT,
    *_LOCKUPS,
    *_BPF,
    *_GENERAL,
    *_NOTES,
)

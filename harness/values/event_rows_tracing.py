"""The rows of events in the kernel's and in programs' own code."""

from harness.values.event_kind import (
    EventKind,
    EventRow,
    function_and_offset,
    nothing,
    one_word,
    words,
)
from harness.values.event_targets import (
    breakpoint_place,
    counter,
    functions,
    iterated,
    itself,
    place_in_file,
)

# All that are loaded as BPF_PROG_TYPE_KPROBE without an attach type; those that may sleep are for
# user space only: perf_event_set_bpf_prog() in kernel/events/core.c.
_ON_FUNCTIONS = ("kprobe", "kretprobe", "ksyscall", "kretsyscall", "uprobe", "uretprobe")
_SLEEPABLE_ON_FUNCTIONS = ("uprobe.s", "uretprobe.s")
_MULTI = ("kprobe.multi", "kretprobe.multi")
_UPROBE_MULTI = ("uprobe.multi", "uprobe.multi.s", "uretprobe.multi", "uretprobe.multi.s")
_RAW = ("raw_tp", "raw_tracepoint")

_PROBES = (
    EventRow(
        EventKind.KPROBE,
        ("kprobe",),
        "kprobe/FUNCTION",
        function_and_offset,
        attach="perf_event_open(2) of the kprobe PMU",
        trigger="any call of the function: mkdir for kprobe/shmem_mkdir",
        feature="kprobe",
        takes=_ON_FUNCTIONS,
    ),
    EventRow(
        EventKind.KRETPROBE,
        ("kretprobe",),
        "kretprobe/FUNCTION",
        function_and_offset,
        attach="perf_event_open(2) of the kprobe PMU",
        trigger="any return from the function: rmdir for kretprobe/shmem_rmdir",
        feature="kprobe",
        takes=_ON_FUNCTIONS,
    ),
    EventRow(
        EventKind.KSYSCALL,
        ("ksyscall",),
        "ksyscall/NAME",
        one_word("name"),
        attach="perf_event_open(2) of the kprobe PMU, at the entry of the system call",
        trigger="the system call: mkdir for ksyscall/mkdir, mkdirat where there is no other",
        feature="kprobe",
        takes=_ON_FUNCTIONS,
    ),
    EventRow(
        EventKind.KRETSYSCALL,
        ("kretsyscall",),
        "kretsyscall/NAME",
        one_word("name"),
        attach="perf_event_open(2) of the kprobe PMU, at the return of the system call",
        trigger="the system call",
        feature="kprobe",
        takes=_ON_FUNCTIONS,
    ),
    EventRow(
        EventKind.KPROBE_MULTI,
        ("kprobe.multi",),
        "kprobe.multi/FUNCTION,FUNCTION",
        functions,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_KPROBE_MULTI; one link for all of them",
        trigger="any call of any of the functions; FUNCTIO* names all that begin like this",
        feature="kprobe.multi",
        takes=_MULTI,
    ),
    EventRow(
        EventKind.KRETPROBE_MULTI,
        ("kretprobe.multi",),
        "kretprobe.multi/FUNCTION,FUNCTION",
        functions,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_KPROBE_MULTI with BPF_F_KPROBE_MULTI_RETURN",
        trigger="any return from any of the functions",
        feature="kprobe.multi",
        takes=_MULTI,
    ),
    EventRow(
        EventKind.KPROBE_SESSION,
        ("kprobe.session",),
        "kprobe.session/FUNCTION,FUNCTION",
        functions,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_KPROBE_SESSION",
        trigger="a call; its return as well if the filter returned 0 at the entry",
        feature="kprobe.session",
    ),
    EventRow(
        EventKind.UPROBE,
        ("uprobe", "uprobe.s"),
        "uprobe/PATH:FUNCTION",
        place_in_file,
        attach="perf_event_open(2) of the uprobe PMU",
        trigger="any call of the function, by any process: /proc/$PPID/exe probed probed_add 3 4"
        " for uprobe//proc/self/exe:probed_add, which is the agent's",
        feature="uprobe",
        takes=_ON_FUNCTIONS + _SLEEPABLE_ON_FUNCTIONS,
    ),
    EventRow(
        EventKind.URETPROBE,
        ("uretprobe", "uretprobe.s"),
        "uretprobe/PATH:FUNCTION",
        place_in_file,
        attach="perf_event_open(2) of the uprobe PMU",
        trigger="any return from the function",
        feature="uprobe",
        takes=_ON_FUNCTIONS + _SLEEPABLE_ON_FUNCTIONS,
    ),
    EventRow(
        EventKind.UPROBE_MULTI,
        ("uprobe.multi", "uprobe.multi.s"),
        "uprobe.multi/PATH:FUNCTION",
        place_in_file,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_UPROBE_MULTI; one link for all of them",
        trigger="any call of any of the functions; probed_* names all that begin like this",
        feature="uprobe.multi",
        takes=_UPROBE_MULTI,
    ),
    EventRow(
        EventKind.URETPROBE_MULTI,
        ("uretprobe.multi", "uretprobe.multi.s"),
        "uretprobe.multi/PATH:FUNCTION",
        place_in_file,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_UPROBE_MULTI with BPF_F_UPROBE_MULTI_RETURN",
        trigger="any return from any of the functions",
        feature="uprobe.multi",
        takes=_UPROBE_MULTI,
    ),
    EventRow(
        EventKind.UPROBE_SESSION,
        ("uprobe.session", "uprobe.session.s"),
        "uprobe.session/PATH:FUNCTION",
        place_in_file,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_UPROBE_SESSION",
        trigger="a call; its return as well if the filter returned 0 at the entry",
        feature="uprobe.session",
    ),
)

_TRACEPOINTS = (
    EventRow(
        EventKind.TRACEPOINT,
        ("tp", "tracepoint"),
        "tracepoint/CATEGORY/NAME",
        words("category", "name"),
        attach="perf_event_open(2) of the tracepoint's id in tracefs",
        trigger="what the tracepoint is for: a fork for tp/sched/sched_process_fork",
        feature="tracefs",
    ),
    EventRow(
        EventKind.RAW_TRACEPOINT,
        _RAW,
        "raw_tp/NAME",
        one_word("name"),
        attach="bpf(2) BPF_RAW_TRACEPOINT_OPEN",
        trigger="any system call for raw_tp/sys_enter",
    ),
    EventRow(
        EventKind.RAW_TRACEPOINT_WRITABLE,
        ("raw_tp.w", "raw_tracepoint.w"),
        "raw_tp.w/NAME",
        one_word("name"),
        agent_kind="raw_tracepoint",
        attach="bpf(2) BPF_RAW_TRACEPOINT_OPEN",
        trigger="the end of any test run for raw_tp.w/bpf_test_finish",
        feature="raw_tp.w",
    ),
    EventRow(
        EventKind.TYPED_TRACEPOINT,
        ("tp_btf",),
        "tp_btf/NAME",
        nothing,
        agent_kind="trace",
        attach="bpf(2) BPF_LINK_CREATE, BPF_RAW_TRACEPOINT_OPEN before Linux 5.18",
        trigger="as for raw_tp/NAME",
        feature="btf",
        keeps_section=True,
        fixed=True,
    ),
)

_FUNCTIONS = (
    EventRow(
        EventKind.TRACE,
        (
            *("fentry", "fentry.s", "fexit", "fexit.s"),
            *("fsession", "fsession.s", "fmod_ret", "fmod_ret.s"),
        ),
        "fentry/FUNCTION",
        nothing,
        attach="bpf(2) BPF_LINK_CREATE, BPF_RAW_TRACEPOINT_OPEN before Linux 5.18",
        trigger="any call of the function",
        feature="fentry",
        keeps_section=True,
        fixed=True,
    ),
    EventRow(
        EventKind.LSM,
        ("lsm", "lsm.s"),
        "lsm/HOOK",
        nothing,
        agent_kind="trace",
        attach="bpf(2) BPF_LINK_CREATE, BPF_RAW_TRACEPOINT_OPEN before Linux 5.18",
        trigger="what is to be allowed: open for lsm/file_open",
        feature="lsm-hooks",
        keeps_section=True,
        fixed=True,
    ),
    EventRow(
        EventKind.EXTENSION,
        ("freplace",),
        "freplace/FUNCTION",
        nothing,
        agent_kind="trace",
        attach="bpf(2) BPF_RAW_TRACEPOINT_OPEN",
        trigger="a run of the program whose function it replaces",
        feature="fentry",
        keeps_section=True,
        fixed=True,
    ),
    EventRow(
        EventKind.ITERATOR,
        ("iter", "iter.s"),
        "iter/WHAT",
        iterated,
        attach="bpf(2) BPF_LINK_CREATE, BPF_TRACE_ITER; then BPF_ITER_CREATE for each reading",
        trigger="reading it: once for each object there is; iter/bpf_map_elem:TABLE for a table's",
        feature="iterators",
        keeps_section=True,
        fixed=True,
        reads=True,
    ),
    EventRow(
        EventKind.SYSCALL_PROGRAM,
        ("syscall",),
        "syscall",
        itself,
        attach="nothing: bpf(2) BPF_PROG_TEST_RUN runs it",
        trigger="the run itself",
        feature="syscall-programs",
        attaches=False,
    ),
)

_PERF_EVENTS = (
    EventRow(
        EventKind.PERF_EVENT,
        ("perf_event",),
        "perf_event/COUNTER/PERIOD",
        counter,
        attach="perf_event_open(2) on every CPU",
        trigger="every PERIOD of the counter: cpu-clock or task-clock in nanoseconds, page-faults,"
        " context-switches, cpu-migrations, minor-faults, cpu-cycles in events",
        feature="perf-events",
    ),
    EventRow(
        EventKind.BREAKPOINT,
        ("perf_event",),
        "perf_event/mem:SYMBOL:w",
        breakpoint_place,
        attach="perf_event_open(2) of a hardware breakpoint on every CPU",
        trigger="the memory is read (r), written (w) or run (x): write to"
        " /proc/sys/kernel/printk_delay for perf_event/mem:printk_delay_msec:w",
        feature="breakpoints",
    ),
)

TRACING_EVENTS = _PROBES + _TRACEPOINTS + _FUNCTIONS + _PERF_EVENTS

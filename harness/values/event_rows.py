"""The table of events: one row for each kind. docs/events.md shows it."""

from harness.values.event_kind import (
    EventKind,
    EventRow,
    function_and_offset,
    nothing,
    one_word,
    words,
)
from harness.values.event_rows_cgroup import CGROUP_EVENTS
from harness.values.event_rows_net import NETWORK_EVENTS

_TRACING = (
    EventRow(
        EventKind.KPROBE,
        ("kprobe",),
        "kprobe/FUNCTION",
        function_and_offset,
        attach="perf_event_open(2) of the kprobe PMU",
        trigger="any call of the function: mkdir for kprobe/shmem_mkdir",
        feature="kprobe",
    ),
    EventRow(
        EventKind.KRETPROBE,
        ("kretprobe",),
        "kretprobe/FUNCTION",
        function_and_offset,
        attach="perf_event_open(2) of the kprobe PMU",
        trigger="any return from the function: rmdir for kretprobe/shmem_rmdir",
        feature="kprobe",
    ),
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
        ("raw_tp", "raw_tracepoint"),
        "raw_tp/NAME",
        one_word("name"),
        attach="bpf(2) BPF_RAW_TRACEPOINT_OPEN",
        trigger="any system call for raw_tp/sys_enter",
    ),
    EventRow(
        EventKind.TRACE,
        ("fentry", "fentry.s", "fexit", "fexit.s", "fmod_ret", "tp_btf", "lsm", "lsm.s"),
        "fentry/FUNCTION",
        nothing,
        attach="bpf(2) BPF_LINK_CREATE, BPF_RAW_TRACEPOINT_OPEN before Linux 5.18",
        trigger="any call of the function",
        feature="fentry",
        keeps_section=True,
    ),
)

EVENTS: tuple[EventRow, ...] = _TRACING + NETWORK_EVENTS + CGROUP_EVENTS

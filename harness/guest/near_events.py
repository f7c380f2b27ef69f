"""Which events of a guest's kernel are near one that it has not: lists, read to a bound."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from harness.values.errors import RefusedError
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.near_names import near_names

Read = Callable[[str, int], bytes]
"""The beginning of a file of the guest, at most so many bytes; raises RefusedError."""

# The list of functions of a distribution's kernel has 2 to 4 MiB, its types 5 to 12.
_MAX_LIST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _List:
    """Where a kernel names what it has, and the names in it."""

    path: str
    names: re.Pattern[bytes]


_TRACING = "/sys/kernel/tracing"
_FUNCTION_LIST = f"{_TRACING}/available_filter_functions"
_FUNCTIONS = _List(_FUNCTION_LIST, re.compile(rb"^([\w.]+)", re.M))
_HOOKS = _List(_FUNCTION_LIST, re.compile(rb"^bpf_lsm_(\w+)", re.M))
_SYSTEM_CALLS = _List(_FUNCTION_LIST, re.compile(rb"^__\w+?_sys_(\w+)", re.M))
_TRACEPOINTS = _List(f"{_TRACING}/available_events", re.compile(rb"^\w+:(\w+)", re.M))
_WITH_CATEGORY = _List(f"{_TRACING}/available_events", re.compile(rb"^(\w+:\w+)", re.M))
_ITERATORS = _List("/sys/kernel/btf/vmlinux", re.compile(rb"\0bpf_iter__(\w+)(?=\0)"))

_LISTS = {
    EventKind.KPROBE: _FUNCTIONS,
    EventKind.KRETPROBE: _FUNCTIONS,
    EventKind.KPROBE_MULTI: _FUNCTIONS,
    EventKind.KRETPROBE_MULTI: _FUNCTIONS,
    EventKind.KPROBE_SESSION: _FUNCTIONS,
    EventKind.TRACE: _FUNCTIONS,
    EventKind.LSM: _HOOKS,
    EventKind.KSYSCALL: _SYSTEM_CALLS,
    EventKind.KRETSYSCALL: _SYSTEM_CALLS,
    EventKind.TRACEPOINT: _WITH_CATEGORY,
    EventKind.RAW_TRACEPOINT: _TRACEPOINTS,
    EventKind.RAW_TRACEPOINT_WRITABLE: _TRACEPOINTS,
    EventKind.TYPED_TRACEPOINT: _TRACEPOINTS,
    EventKind.ITERATOR: _ITERATORS,
}


def near_events(read: Read, event: Event) -> tuple[str, ...]:
    """At most three for each name that the kernel lists nowhere, the nearest first.

    Nothing if it has what is asked for, if nothing is near, or if it does not say what it has.
    """
    listed = _LISTS.get(event.kind)
    if listed is None:
        return ()
    try:
        data = read(listed.path, _MAX_LIST)
    except RefusedError:
        return ()
    known = {name.decode(errors="replace") for name in listed.names.findall(data)}
    section = str(event).partition("/")[0]
    return tuple(
        f"{section}/{near.replace(':', '/')}"
        for name in _names(event)
        if name not in known
        for near in near_names(name, known)
    )


def _names(event: Event) -> list[str]:
    """What the kernel would have to know."""
    if event.kind in (EventKind.KPROBE_MULTI, EventKind.KRETPROBE_MULTI, EventKind.KPROBE_SESSION):
        return [] if "*" in event.target or "?" in event.target else event.target.split(",")
    if event.row.keeps_section:
        return [event.target.partition("/")[2].partition(":")[0]]
    return [event.target.partition("+")[0].replace("/", ":")]

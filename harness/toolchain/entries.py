"""The programs that the kernel sees for functions written without SEC(), as the mail does.

Knows the macros of filter.h and which event needs which; compiles nothing itself. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.formats.loose_functions import LooseFunction
from harness.values.errors import UsageError
from harness.values.event import Event
from harness.values.event_kind import EventKind

_CONTEXT = "bpf_context"
_OWN = "OWN"
_MACROS = {
    EventKind.TRACE: "ARGS",
    EventKind.TYPED_TRACEPOINT: "ARGS",
    EventKind.LSM: "ARGS",
    EventKind.RAW_TRACEPOINT: "ARGS",
    EventKind.RAW_TRACEPOINT_WRITABLE: "ARGS",
    EventKind.KPROBE: "KPROBE",
    EventKind.KPROBE_MULTI: "KPROBE",
    EventKind.UPROBE: "KPROBE",
    EventKind.UPROBE_MULTI: "KPROBE",
    EventKind.KRETPROBE: "KRETPROBE",
    EventKind.KRETPROBE_MULTI: "KRETPROBE",
    EventKind.URETPROBE: "KRETPROBE",
    EventKind.URETPROBE_MULTI: "KRETPROBE",
}
# What is handed over by events that have no arguments, in linux/bpf.h.
_PACKETS = (
    *(EventKind.SOCKET, EventKind.SOCKET_UDP, EventKind.SOCKET_UNIX, EventKind.SK_SKB),
    *(EventKind.CLSACT, EventKind.TCX, EventKind.FLOW_DISSECTOR, EventKind.CGROUP_SKB),
    *(EventKind.LWT_IN, EventKind.LWT_OUT, EventKind.LWT_XMIT),
)
_STRUCTS = dict.fromkeys(_PACKETS, "__sk_buff") | {
    EventKind.XDP: "xdp_md",
    EventKind.CGROUP_SOCK: "bpf_sock",
    EventKind.CGROUP_SOCK_ADDR: "bpf_sock_addr",
    EventKind.CGROUP_SOCKOPT: "bpf_sockopt",
    EventKind.CGROUP_SYSCTL: "bpf_sysctl",
    EventKind.CGROUP_DEVICE: "bpf_cgroup_dev_ctx",
    EventKind.SOCK_OPS: "bpf_sock_ops",
    EventKind.SK_REUSEPORT: "sk_reuseport_md",
    EventKind.SK_LOOKUP: "bpf_sk_lookup",
    EventKind.SK_MSG: "sk_msg_md",
    EventKind.NETFILTER: "bpf_nf_ctx",
    EventKind.PERF_EVENT: "bpf_perf_event_data",
}
# Events with a context of their own that libbpf knows by more than the section.
_NAMED = (EventKind.TRACEPOINT, EventKind.ITERATOR)
_EXAMPLE = "raw_tp/netif_receive_skb"
_HEADER = "/* What the kernel sees of {source}: made by bpf-harness run. */\n#include <filter.h>\n"
# Everything is inlined into the entries: the kernel takes no global function that returns void.
_INLINE = "#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)\n"
_INLINE_END = "#pragma clang attribute pop\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One program in the object, made for one function and one kind of event."""

    name: str
    """The program's name: the function's own for its first kind of event."""

    function: LooseFunction
    section: str
    events: tuple[Event, ...]
    """What it is to be attached to; several only for kinds that are not fixed at load."""

    macro: str

    @property
    def body(self) -> str:
        """What the function is renamed to, so that the program can have its name."""
        return f"{self.function.name}__body"


def plan_entries(
    functions: Sequence[LooseFunction], events: Mapping[str, Sequence[Event]]
) -> tuple[Entry, ...]:
    """The entries for all functions that take a context or have been given events.

    Raises UsageError for a function without an event, or with one that does not suit it.
    """
    entries: list[Entry] = []
    for function in functions:
        wanted = events.get(function.name, ())
        if wanted:
            entries += _entries(function, wanted)
        elif function.context == _CONTEXT:
            raise UsageError(
                f"nothing says what event {function.name} is for",
                remedy=f"add --event {function.name}={_EXAMPLE},"
                " or make it static if it is no filter",
            )
    return tuple(entries)


def wrap_source(source: Path, entries: Sequence[Entry]) -> str:
    """The C file that includes `source` and makes the entries."""
    path = str(source.resolve())
    if '"' in path or "\n" in path:
        raise UsageError(f"cannot include {path!r} in C", remedy="rename the file or its folder")
    renamed = sorted({(entry.function.name, entry.body) for entry in entries})
    calls = [
        f'FILTER_ENTRY_{entry.macro}({entry.name}, {entry.body}, "{entry.section}")\n'
        for entry in entries
    ]
    return "".join(
        (
            _HEADER.format(source=source.name),
            _INLINE,
            *(f"#define {name} {body}\n" for name, body in renamed),
            f'#include "{path}"\n',
            *(f"#undef {name}\n" for name, _ in renamed),
            _INLINE_END,
            *calls,
        )
    )


def typed_event(event: Event) -> str | None:
    """The event at the same place whose arguments can be followed with plain loads.

    None if it is one already, or if there is none.
    """
    if event.kind is EventKind.RAW_TRACEPOINT:
        return f"tp_btf/{event.target}"
    if event.kind is EventKind.KPROBE and "+" not in event.target:
        return f"fentry/{event.target}"
    return None


def _entries(function: LooseFunction, events: Sequence[Event]) -> list[Entry]:
    groups: dict[object, list[Event]] = {}
    for event in dict.fromkeys(events):
        # One that is fixed at load needs a program of its own.
        fixed = event if event.row.fixed else None
        groups.setdefault((event.kind, fixed), []).append(event)
    return [
        Entry(
            name=function.name if number == 1 else f"{function.name}__{number}",
            function=function,
            section=_section(group[0]),
            events=tuple(group),
            macro=_macro(function, group[0]),
        )
        for number, group in enumerate(groups.values(), 1)
    ]


def _section(event: Event) -> str:
    if event.kind not in _MACROS and event.kind not in _NAMED:
        return event.row.filter_section(event.target)
    return str(event).partition(":")[0] if event.row.fixed else str(event)


def _macro(function: LooseFunction, event: Event) -> str:
    if function.context is None:
        raise UsageError(
            f"{function.name} cannot be a filter: a filter takes one argument, its context",
            remedy=f"write void {function.name}(struct {_CONTEXT} *ctx)",
        )
    if function.context != _CONTEXT:
        return _OWN
    if event.kind not in _MACROS:
        raise UsageError(
            f"{event} has no arguments that a struct {_CONTEXT} could hold",
            remedy=_own_context(event.kind),
        )
    return _MACROS[event.kind]


def _own_context(kind: EventKind) -> str:
    """What to write instead of a struct bpf_context."""
    if kind is EventKind.TRACEPOINT:
        return "use the same tracepoint as tp_btf/NAME or raw_tp/NAME"
    if kind in _STRUCTS:
        return f"let the function take a struct {_STRUCTS[kind]} *"
    return "let the function take the event's own context"

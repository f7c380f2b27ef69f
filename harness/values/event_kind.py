"""Kinds of event, and what a row of their table says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

# What the agent's `attach` takes beside the kind, read from a target; None for a wrong form.
Arguments = dict[str, object]
Split = Callable[[str], Arguments | None]


class EventKind(Enum):
    """The kinds of event."""

    KPROBE = "kprobe"
    KRETPROBE = "kretprobe"
    KSYSCALL = "ksyscall"
    KRETSYSCALL = "kretsyscall"
    KPROBE_MULTI = "kprobe.multi"
    KRETPROBE_MULTI = "kretprobe.multi"
    KPROBE_SESSION = "kprobe.session"
    UPROBE = "uprobe"
    URETPROBE = "uretprobe"
    UPROBE_MULTI = "uprobe.multi"
    URETPROBE_MULTI = "uretprobe.multi"
    UPROBE_SESSION = "uprobe.session"
    USDT = "usdt"
    TRACEPOINT = "tracepoint"
    RAW_TRACEPOINT = "raw_tracepoint"
    RAW_TRACEPOINT_WRITABLE = "raw_tracepoint.w"
    TYPED_TRACEPOINT = "tp_btf"
    TRACE = "trace"
    """At the entry and the exit of a function: fentry, fexit, fsession, fmod_ret."""

    LSM = "lsm"
    LSM_CGROUP = "lsm_cgroup"
    EXTENSION = "freplace"
    ITERATOR = "iter"
    PERF_EVENT = "perf_event"
    BREAKPOINT = "breakpoint"
    SYSCALL_PROGRAM = "syscall"
    SOCKET = "socket"
    SOCKET_UDP = "socket_udp"
    SOCKET_UNIX = "socket_unix"
    XDP = "xdp"
    CLSACT = "clsact"
    TCX = "tcx"
    NETFILTER = "netfilter"
    FLOW_DISSECTOR = "flow_dissector"
    SK_LOOKUP = "sk_lookup"
    CGROUP_SKB = "cgroup_skb"
    CGROUP_SOCK = "cgroup_sock"
    CGROUP_SOCK_ADDR = "cgroup_sock_addr"
    CGROUP_SOCKOPT = "cgroup_sockopt"
    CGROUP_SYSCTL = "cgroup_sysctl"
    CGROUP_DEVICE = "cgroup_device"
    SOCK_OPS = "sock_ops"
    SK_REUSEPORT = "sk_reuseport"
    SK_MSG = "sk_msg"
    SK_SKB = "sk_skb"
    LWT_IN = "lwt_in"
    LWT_OUT = "lwt_out"
    LWT_XMIT = "lwt_xmit"
    STRUCT_OPS = "struct_ops"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One kind of event: how it is written, how a filter is attached to it, what fires it."""

    kind: EventKind
    sections: tuple[str, ...]
    """What is written before the target: prefixes of libbpf's section_defs[] (src/libbpf.c)."""

    form: str
    """How people write it, the target in capitals."""

    split: Split
    """A target's words, as the agent's `attach` takes them."""

    attach: str
    """The call of the kernel or of libbpf that associates a filter with it."""

    trigger: str
    """What makes it happen, in a guest of which nothing else is known."""

    agent_kind: str = ""
    """The name that the agent's `attach` knows it by, where that is not the kind's own."""

    feature: str = ""
    """What a kernel needs for it, by its name in the table of features; nothing if empty."""

    keeps_section: bool = False
    """The target begins with the section, because that says more than the kind."""

    takes: tuple[str, ...] = ()
    """Sections whose filters can be attached to it beside those of its own."""

    fixed: bool = False
    """A filter is bound to it when it is loaded: no other section will do than its own."""

    attaches: bool = True
    """False where there is nothing to attach to: the filter is run by BPF_PROG_TEST_RUN."""

    reads: bool = False
    """The filter prints what its link is read for: an iterator."""

    @property
    def fitting(self) -> tuple[str, ...]:
        """All sections whose filters can be attached to it."""
        return tuple(dict.fromkeys(self.sections + self.takes))

    @property
    def wire_kind(self) -> str:
        """The name that the agent's `attach` knows it by."""
        return self.agent_kind or self.kind.value

    def filter_section(self, target: str) -> str:
        """Of a filter for that target, where libbpf takes no target in the section's name."""
        found = (s for s in self.sections if f"{target}/".startswith(f"{s}/"))
        return max(found, key=len, default=self.sections[0])


def one_word(name: str) -> Split:
    """A target of one word, which the agent calls `name`."""
    return words(name)


def words(*names: str) -> Split:
    """A target of so many words with slashes between them."""

    def split(target: str) -> Arguments | None:
        found = target.split("/")
        if len(found) != len(names) or not all(found):
            return None
        return dict(zip(names, found, strict=True))

    return split


def function_and_offset(target: str) -> Arguments | None:
    """`FUNCTION` or `FUNCTION+OFFSET`, the offset in bytes, decimal or 0x."""
    function, plus, offset = target.partition("+")
    if not function or "/" in target:
        return None
    try:
        place = int(offset, 0) if plus else 0
    except ValueError:
        return None
    return {"function": function, "offset": place} if place >= 0 else None


def nothing(target: str) -> Arguments | None:
    """A target that the kernel has known since the filter was loaded: `SECTION/TARGET`."""
    found = target.split("/")
    return {} if len(found) == 2 and all(found) else None


def section_row(
    kind: EventKind,
    sections: tuple[str, ...],
    form: str,
    split: Split,
    *,
    attach: str,
    trigger: str,
    feature: str = "",
    takes: tuple[str, ...] = (),
) -> EventRow:
    """A row that keeps the section; `split` takes what follows it."""
    return EventRow(
        kind,
        sections,
        form,
        _section_and(sections, split),
        attach=attach,
        trigger=trigger,
        feature=feature,
        keeps_section=True,
        takes=takes,
    )


def _section_and(sections: tuple[str, ...], split: Split) -> Split:
    """A target that begins with one of the sections, and what follows it after a slash."""

    def own(target: str) -> Arguments | None:
        found = max(
            (s for s in sections if f"{target}/".startswith(f"{s}/")), key=len, default=None
        )
        return None if found is None else split(target[len(found) + 1 :])

    return own

"""Kinds of event, and what a row of their table says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

# What the agent's `attach` takes beside the kind, read from a target; None for a wrong form.
Arguments = dict[str, object]
Split = Callable[[str], Arguments | None]


class EventKind(Enum):
    """The kinds of event, by the name that the agent's `attach` knows them by."""

    KPROBE = "kprobe"
    KRETPROBE = "kretprobe"
    TRACEPOINT = "tracepoint"
    RAW_TRACEPOINT = "raw_tracepoint"
    TRACE = "trace"
    """Fixed when the filter is loaded: fentry, fexit, fmod_ret, tp_btf, lsm."""

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

    feature: str = ""
    """What a kernel needs for it, by its name in the table of features; nothing if empty."""

    keeps_section: bool = False
    """The target begins with the section, because that says more than the kind."""

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


def section_and(sections: tuple[str, ...], split: Split) -> Split:
    """A target that begins with one of the sections, and what follows it after a slash."""

    def own(target: str) -> Arguments | None:
        found = max(
            (s for s in sections if f"{target}/".startswith(f"{s}/")), key=len, default=None
        )
        return None if found is None else split(target[len(found) + 1 :])

    return own

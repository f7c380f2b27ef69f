"""The rows of events on the way of a packet: sockets, interfaces, the network namespace."""

from harness.values.event_kind import (
    Arguments,
    EventKind,
    EventRow,
    Split,
    one_word,
    section_and,
)

# include/uapi/linux/netfilter.h: enum nf_inet_hooks and the families that BPF links take.
_HOOKS = ("pre_routing", "local_in", "forward", "local_out", "post_routing")
_FAMILIES = {"ipv4": 2, "ipv6": 10}
# Before all of the kernel's own filters, whose priority is 0: netfilter_ipv4.h.
_PRIORITY = 1


def _interface(target: str) -> Arguments | None:
    """An interface, by default lo: veth0 and veth1 are made for the filter."""
    return one_word("interface")(target or "lo")


def _directed(target: str) -> Arguments | None:
    """`DIRECTION/INTERFACE`, by default what comes in on lo."""
    direction, _, interface = (target or "ingress").partition("/")
    if direction not in ("ingress", "egress"):
        return None
    arguments = _interface(interface)
    return None if arguments is None else {"direction": direction, **arguments}


def _port(target: str) -> Arguments | None:
    """A port, in decimal."""
    known = target.isascii() and target.isdigit() and 0 < int(target) < 1 << 16
    return {"port": int(target)} if known else None


def _hook(target: str) -> Arguments | None:
    """`HOOK`, `FAMILY/HOOK` or `FAMILY/HOOK/PRIORITY`; ipv4 and local_in by default."""
    found = target.split("/") if target else ["local_in"]
    family = found.pop(0) if found[0] in _FAMILIES else "ipv4"
    hook = found.pop(0) if found else ""
    priority = found.pop(0) if found else str(_PRIORITY)
    if found or hook not in _HOOKS or not priority.isdigit():
        return None
    return {"family": _FAMILIES[family], "hook": _HOOKS.index(hook), "priority": int(priority)}


def _namespace(target: str) -> Arguments | None:
    """There is one, so nothing follows."""
    return None if target else {}


def _row(
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
    own = section_and(sections, split)
    return EventRow(
        kind,
        sections,
        form,
        own,
        attach=attach,
        trigger=trigger,
        feature=feature,
        keeps_section=True,
        takes=takes,
    )


# Of one program type.
_SOCKET_FILTERS = ("socket", "socket/udp", "socket/unix")
_CLSACT = ("clsact", "tc", "classifier")
_TCX = ("tcx/ingress", "tcx/egress", "tc/ingress", "tc/egress")

_SOCKETS = (
    EventRow(
        EventKind.SOCKET,
        ("socket",),
        "socket/INTERFACE",
        one_word("interface"),
        attach="setsockopt(2) SO_ATTACH_BPF of a packet socket",
        trigger="any packet on the interface: ping for socket/lo",
        takes=_SOCKET_FILTERS,
    ),
    _row(
        EventKind.SOCKET_UDP,
        ("socket/udp",),
        "socket/udp/PORT",
        _port,
        attach="setsockopt(2) SO_ATTACH_BPF of a UDP socket on 127.0.0.1",
        trigger="a datagram sent to the port: the filter sees its UDP header and what follows",
        takes=_SOCKET_FILTERS,
    ),
    _row(
        EventKind.SOCKET_UNIX,
        ("socket/unix",),
        "socket/unix/NAME",
        one_word("name"),
        attach="setsockopt(2) SO_ATTACH_BPF of a unix datagram socket, its name abstract",
        trigger="a datagram sent to the name",
        takes=_SOCKET_FILTERS,
    ),
)

_INTERFACES = (
    _row(
        EventKind.XDP,
        ("xdp", "xdp.frags"),
        "xdp/INTERFACE",
        _interface,
        attach="bpf(2) BPF_LINK_CREATE, generic (XDP_FLAGS_SKB_MODE)",
        trigger="any packet that comes in on the interface",
        feature="xdp-links",
    ),
    _row(
        EventKind.CLSACT,
        _CLSACT,
        "clsact/DIRECTION/INTERFACE",
        _directed,
        attach="rtnetlink(7): a clsact qdisc and a filter of it, direct-action",
        trigger="any packet that comes in on the interface, or goes out",
        feature="clsact",
        takes=_TCX,
    ),
    _row(
        EventKind.TCX,
        _TCX,
        "tcx/DIRECTION/INTERFACE",
        _interface,
        attach="bpf(2) BPF_LINK_CREATE",
        trigger="any packet that comes in on the interface, or goes out",
        feature="tcx",
        takes=_CLSACT,
    ),
)

_NAMESPACE = (
    _row(
        EventKind.NETFILTER,
        ("netfilter",),
        "netfilter/FAMILY/HOOK",
        _hook,
        attach="bpf(2) BPF_LINK_CREATE",
        trigger="any packet at the hook: local_in, local_out, pre_routing, post_routing, forward",
        feature="netfilter-links",
    ),
    _row(
        EventKind.FLOW_DISSECTOR,
        ("flow_dissector",),
        "flow_dissector",
        _namespace,
        attach="bpf(2) BPF_LINK_CREATE on the network namespace",
        trigger="any packet whose flow the kernel wants to know and has not been told",
        feature="flow_dissector-links",
    ),
    _row(
        EventKind.SK_LOOKUP,
        ("sk_lookup",),
        "sk_lookup",
        _namespace,
        attach="bpf(2) BPF_LINK_CREATE on the network namespace",
        trigger="a datagram, or a connection, for a port that nobody is connected to",
        feature="sk_lookup",
    ),
)

NETWORK_EVENTS: tuple[EventRow, ...] = _SOCKETS + _INTERFACES + _NAMESPACE

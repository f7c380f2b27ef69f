"""The rows of events on the way of a packet: sockets, interfaces, the network namespace."""

from harness.values.event_kind import (
    Arguments,
    EventKind,
    EventRow,
    one_word,
    section_row,
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


def _tcx(target: str) -> Arguments | None:
    """The direction is the second half of the section."""
    return _directed(target.partition("/")[2])


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
    section_row(
        EventKind.SOCKET_UDP,
        ("socket/udp",),
        "socket/udp/PORT",
        _port,
        attach="setsockopt(2) SO_ATTACH_BPF of a UDP socket on 127.0.0.1",
        trigger="a datagram sent to the port: the filter sees its UDP header and what follows",
        takes=_SOCKET_FILTERS,
    ),
    section_row(
        EventKind.SOCKET_UNIX,
        ("socket/unix",),
        "socket/unix/NAME",
        one_word("name"),
        attach="setsockopt(2) SO_ATTACH_BPF of a unix datagram socket, its name abstract",
        trigger="a datagram sent to the name",
        takes=_SOCKET_FILTERS,
    ),
)

_GROUPS = (
    section_row(
        EventKind.SK_REUSEPORT,
        ("sk_reuseport",),
        "sk_reuseport/PORT",
        _port,
        attach="setsockopt(2) SO_ATTACH_REUSEPORT_EBPF of four UDP sockets on 127.0.0.1",
        trigger="a datagram sent to the port",
        feature="sk_reuseport",
    ),
)

_INTERFACES = (
    section_row(
        EventKind.XDP,
        ("xdp", "xdp.frags"),
        "xdp/INTERFACE",
        _interface,
        attach="bpf(2) BPF_LINK_CREATE, generic (XDP_FLAGS_SKB_MODE)",
        trigger="any packet that comes in on the interface",
        feature="xdp-links",
    ),
    section_row(
        EventKind.CLSACT,
        _CLSACT,
        "clsact/DIRECTION/INTERFACE",
        _directed,
        attach="rtnetlink(7): a clsact qdisc and a filter of it, direct-action",
        trigger="any packet that comes in on the interface, or goes out",
        feature="clsact",
        takes=_TCX,
    ),
    EventRow(
        EventKind.TCX,
        _TCX,
        "tcx/DIRECTION/INTERFACE",
        _tcx,
        attach="bpf(2) BPF_LINK_CREATE",
        trigger="any packet that comes in on the interface, or goes out",
        feature="tcx",
        keeps_section=True,
        takes=_CLSACT,
    ),
)

_NAMESPACE = (
    section_row(
        EventKind.NETFILTER,
        ("netfilter",),
        "netfilter/FAMILY/HOOK",
        _hook,
        attach="bpf(2) BPF_LINK_CREATE",
        trigger="any packet at the hook: local_in, local_out, pre_routing, post_routing, forward",
        feature="netfilter-links",
    ),
    section_row(
        EventKind.FLOW_DISSECTOR,
        ("flow_dissector",),
        "flow_dissector",
        _namespace,
        attach="bpf(2) BPF_LINK_CREATE on the network namespace",
        trigger="any packet whose flow the kernel wants to know and has not been told",
        feature="flow_dissector-links",
    ),
    section_row(
        EventKind.SK_LOOKUP,
        ("sk_lookup",),
        "sk_lookup",
        _namespace,
        attach="bpf(2) BPF_LINK_CREATE on the network namespace",
        trigger="a datagram, or a connection, for a port that nobody is connected to",
        feature="sk_lookup",
    ),
)

_TABLES = (
    section_row(
        EventKind.SK_MSG,
        ("sk_msg",),
        "sk_msg/TABLE",
        one_word("table"),
        attach="bpf(2) BPF_PROG_ATTACH to a sockmap or sockhash of the object, and sockets in it",
        trigger="sendmsg(2) on a socket in the table",
        feature="sk_msg",
    ),
    section_row(
        EventKind.SK_SKB,
        ("sk_skb/stream_verdict", "sk_skb/stream_parser", "sk_skb/verdict"),
        "sk_skb/stream_verdict/TABLE",
        one_word("table"),
        attach="bpf(2) BPF_PROG_ATTACH to a sockmap or sockhash of the object, and sockets in it",
        trigger="bytes that arrive at a socket in the table",
        feature="sk_skb",
    ),
    section_row(
        EventKind.STRUCT_OPS,
        ("struct_ops",),
        "struct_ops/TABLE",
        one_word("table"),
        attach="bpf(2) BPF_MAP_UPDATE_ELEM of the struct, BPF_LINK_CREATE for .struct_ops.link",
        trigger="what the struct is for: a connection that uses the congestion control",
        feature="struct_ops",
    ),
)


def _address(target: str) -> Arguments | None:
    """An IPv4 address that nobody else has; one of TEST-NET-1 by default (RFC 5737)."""
    return one_word("address")(target or "192.0.2.1")


_ROUTES = tuple(
    section_row(
        kind,
        (kind.value,),
        f"{kind.value}/ADDRESS",
        _address,
        attach="rtnetlink(7): a local route with LWTUNNEL_ENCAP_BPF, by lo",
        trigger=trigger,
        feature="lwt-bpf",
    )
    for kind, trigger in (
        (EventKind.LWT_IN, "a packet to the address, when it comes in"),
        (EventKind.LWT_OUT, "a packet to the address, when it is routed"),
        (EventKind.LWT_XMIT, "a packet to the address, before it is handed to the interface"),
    )
)

NETWORK_EVENTS: tuple[EventRow, ...] = (
    _SOCKETS + _GROUPS + _INTERFACES + _NAMESPACE + _TABLES + _ROUTES
)

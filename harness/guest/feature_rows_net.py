"""Features that events of the network and of cgroups need, with the commit that says since when."""

from harness.values.arch import ARM
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import (
    AttachProbe,
    Feature,
    LoadProbe,
    ShellProbe,
    StreamProbe,
    TableProbe,
)
from harness.values.insn import Insn

# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
_SCHED_CLS, _XDP, _CGROUP_SKB, _LWT_OUT, _SK_SKB, _SK_MSG, _SK_REUSEPORT = 3, 6, 8, 11, 14, 16, 21
_FLOW_DISSECTOR, _STRUCT_OPS, _SK_LOOKUP, _NETFILTER = 22, 27, 30, 32
_AT_EGRESS, _AT_FLOW_DISSECTOR, _AT_SK_LOOKUP, _AT_XDP = 1, 17, 36, 37
_AT_NETFILTER, _AT_TCX = 45, 46

# enum bpf_map_type
_SOCKMAP = 15

_RETURN_0 = (Insn(0xB7), Insn(0x95))


def _attaches(
    program_type: int, kind: EventKind, target: str = "", attach_type: int = 0
) -> AttachProbe:
    return AttachProbe(_RETURN_0, program_type, Event(kind, target), attach_type)


def _of_sockmap(value: int) -> tuple[Insn, ...]:
    """Returns that number, and uses a table."""
    return (Insn(0x18, dst=1), Insn(0x00), Insn(0xB7, imm=value), Insn(0x95))


NETWORK_FEATURES: tuple[Feature, ...] = (
    Feature("ipv6", ShellProbe("ping -6 -c 1 ::1"), (2, 6), ("IPV6",)),
    # commit aa8d3a716b59 ("bpf, xdp: Add bpf_link-based XDP attachment API") in v5.9.
    Feature("xdp-links", _attaches(_XDP, EventKind.XDP, "xdp/lo", _AT_XDP), (5, 9)),
    # A pair of interfaces, too.
    Feature(
        "veth", _attaches(_XDP, EventKind.XDP, "xdp/veth0", _AT_XDP), (5, 9), options=("VETH",)
    ),
    # commit 1f211a1b929c ("net, sched: add clsact qdisc") in v4.5.
    Feature(
        "clsact",
        _attaches(_SCHED_CLS, EventKind.CLSACT, "clsact/ingress/lo"),
        (4, 5),
        ("NET_SCH_INGRESS", "NET_CLS_BPF"),
    ),
    # commit e420bed02507 ("bpf: Add fd-based tcx multi-prog infra with link support") in v6.6.
    Feature(
        "tcx",
        _attaches(_SCHED_CLS, EventKind.TCX, "tcx/ingress/lo", _AT_TCX),
        (6, 6),
        ("NET_XGRESS",),
    ),
    # commit 84601d6ee68a ("bpf: add bpf_link support for BPF_NETFILTER programs") in v6.4.
    Feature(
        "netfilter-links",
        _attaches(_NETFILTER, EventKind.NETFILTER, "netfilter/local_in", _AT_NETFILTER),
        (6, 4),
        ("NETFILTER_BPF_LINK",),
    ),
    # commit 7f045a49fee0 ("bpf: Add link-based BPF program attachment to network namespace") in
    # v5.8.
    Feature(
        "flow_dissector-links",
        _attaches(_FLOW_DISSECTOR, EventKind.FLOW_DISSECTOR, "flow_dissector", _AT_FLOW_DISSECTOR),
        (5, 8),
    ),
    # commit e9ddbb7707ff ("bpf: Introduce SK_LOOKUP program type with a dedicated attach point")
    # in v5.9.
    Feature(
        "sk_lookup",
        _attaches(_SK_LOOKUP, EventKind.SK_LOOKUP, "sk_lookup", _AT_SK_LOOKUP),
        (5, 9),
        ("INET",),
    ),
    # commit af6eea57437a ("bpf: Implement bpf_link-based cgroup BPF program attachment") in v5.7.
    Feature(
        "cgroup-bpf",
        _attaches(_CGROUP_SKB, EventKind.CGROUP_SKB, "cgroup_skb/egress", _AT_EGRESS),
        (5, 7),
        ("CGROUP_BPF",),
    ),
    # commit 2dbb9b9e6df6 ("bpf: Introduce BPF_PROG_TYPE_SK_REUSEPORT") in v4.19.
    Feature(
        "sk_reuseport",
        _attaches(_SK_REUSEPORT, EventKind.SK_REUSEPORT, "sk_reuseport/4000"),
        (4, 19),
        ("INET",),
    ),
    # commit 4f738adba30a ("bpf: create tcp_bpf_ulp allowing BPF to monitor socket TX/RX data") in
    # v4.17.
    Feature("sk_msg", LoadProbe(_RETURN_0, _SK_MSG), (4, 17), ("INET", "NET_SOCK_MSG")),
    # commit b005fd189cec ("bpf: introduce new program type for skbs on sockets") in v4.14.
    Feature("sk_skb", LoadProbe(_RETURN_0, _SK_SKB), (4, 14), ("INET", "BPF_STREAM_PARSER")),
    # Not by trying: the kernel would be gone. Seen with 5.10.223 of x86_64 and arm, which was the
    # first of its series to have commit 6648e613226e ("bpf, skmsg: Fix NULL pointer dereference in
    # sk_psock_skb_ingress_enqueue") of v6.9, and not with 5.10.251. Mended by commit 8ca2a1eeadf0
    # ("bpf: fix recursive lock when verdict program return SK_PASS") in v6.13, and in 5.10 after
    # December 2024.
    Feature(
        "parsed-streams",
        ShellProbe('case "$(uname -rv)" in *5.10.22[3-9]*|*5.10.23[0-2]*) false ;; esac'),
        (4, 14),
        ("INET", "BPF_STREAM_PARSER"),
        lost=(5, 10),
        bug="net/core/skmsg.c takes sk_callback_lock to read where sk_psock_strp_data_ready() has "
        "it to write: a CPU waits for itself as soon as a message passes that a parser named",
    ),
    # Two messages of 3 bytes in one buffer, both dropped. Seen with 5.10.223 of arm; mended by
    # commit 4da4e4bde1c4 ("strparser: Fix signed/unsigned mismatch bug") in v6.18 and v6.1.159.
    Feature(
        "divided-streams",
        StreamProbe(_of_sockmap(3), _of_sockmap(0), TableProbe(_SOCKMAP, 4, 4, 2), b"onetwo"),
        (4, 14),
        ("INET", "BPF_STREAM_PARSER"),
        elsewhere=((ARM, (6, 18)),),
        bug="where ssize_t has 32 bits, __strp_recv() in net/strparser/strparser.c takes each "
        "message but the first of a buffer for one of a wrong length: the socket ends with EPROTO",
    ),
    # commit 3a0af8fd61f9 ("bpf: BPF for lightweight tunnel infrastructure") in v4.10.
    Feature(
        "lwt-bpf",
        _attaches(_LWT_OUT, EventKind.LWT_OUT, "lwt_out"),
        (4, 10),
        ("LWTUNNEL_BPF",),
    ),
)

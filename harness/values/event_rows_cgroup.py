"""The rows of events of the processes in a cgroup, and in those below it."""

from harness.values.event_kind import Arguments, EventKind, EventRow, one_word, section_row

# Made with the first filter that is attached to it, and gone with the last.
FILTERED = "filtered"

_ATTACH = "bpf(2) BPF_LINK_CREATE on the cgroup"


def _cgroup(target: str) -> Arguments | None:
    return one_word("cgroup")(target or FILTERED)


def _row(kind: EventKind, sections: tuple[str, ...], *, form: str, trigger: str) -> EventRow:
    return section_row(
        kind, sections, form, _cgroup, attach=_ATTACH, trigger=trigger, feature="cgroup-bpf"
    )


_CALLS = ("bind", "connect", "sendmsg", "recvmsg", "getpeername", "getsockname")

CGROUP_EVENTS: tuple[EventRow, ...] = (
    _row(
        EventKind.CGROUP_SKB,
        ("cgroup_skb/ingress", "cgroup_skb/egress"),
        form="cgroup_skb/DIRECTION/CGROUP",
        trigger="an IP packet to or from a socket of a process in the cgroup",
    ),
    _row(
        EventKind.CGROUP_SOCK,
        (
            "cgroup/sock_create",
            "cgroup/sock_release",
            "cgroup/sock",
            "cgroup/post_bind4",
            "cgroup/post_bind6",
        ),
        form="cgroup/sock_create/CGROUP",
        trigger="socket(2), close(2) or bind(2) of an IP socket",
    ),
    _row(
        EventKind.CGROUP_SOCK_ADDR,
        tuple(f"cgroup/{call}{family}" for call in _CALLS for family in (4, 6)),
        form="cgroup/connect4/CGROUP",
        trigger="the system call that the section names, on an IPv4 or IPv6 socket",
    ),
    _row(
        EventKind.CGROUP_SOCKOPT,
        ("cgroup/getsockopt", "cgroup/setsockopt"),
        form="cgroup/getsockopt/CGROUP",
        trigger="getsockopt(2) or setsockopt(2)",
    ),
    _row(
        EventKind.CGROUP_SYSCTL,
        ("cgroup/sysctl",),
        form="cgroup/sysctl/CGROUP",
        trigger="a read of a file below /proc/sys, or a write to it",
    ),
    _row(
        EventKind.CGROUP_DEVICE,
        ("cgroup/dev",),
        form="cgroup/dev/CGROUP",
        trigger="open(2) or mknod(2) of a device",
    ),
    _row(
        EventKind.SOCK_OPS,
        ("sockops",),
        form="sockops/CGROUP",
        trigger="a TCP connection that is made, accepted or closed",
    ),
)

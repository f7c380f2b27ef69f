"""Associations with the network in a real guest: wrong requests, and what is left of places."""

from typing import Any

import pytest

from harness.formats.trigger_text import parse_trigger
from harness.guest.guest import Guest
from harness.guest.links import AttachError, Link
from harness.guest.raw import RawFilter
from harness.values.arch import ByteOrder
from harness.values.errors import AgentError
from harness.values.event import parse_event
from harness.values.insn import Insn

RETURN_0 = (Insn(0xB7), Insn(0x95))
# linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type
SCHED_CLS, XDP, CGROUP_SKB, LWT_OUT, SK_REUSEPORT = 3, 6, 8, 11, 21
AT_EGRESS, AT_XDP = 1, 37

PLACES = (
    "ls /sys/class/net /sys/fs/cgroup; cat /proc/net/route /proc/net/fib_trie; "
    "cat /proc/net/udp /proc/net/unix | wc -l"
)


def shown(guest: Guest) -> str:
    """Interfaces, cgroups, routes and sockets."""
    shell = guest.shell(PLACES)
    assert shell.wait() == 0
    return shell.output


def attach(guest: Guest, program_type: int, event: str, attach_type: int = 0) -> Link:
    loaded = RawFilter.load(
        guest, RETURN_0, ByteOrder.LITTLE, program_type, attach_type=attach_type
    )
    return loaded.attach(parse_event(event))


def refused(guest: Guest, program_type: int, event: str, attach_type: int = 0) -> int | None:
    with pytest.raises(AttachError) as caught:
        attach(guest, program_type, event, attach_type)
    return caught.value.errno


@pytest.mark.parametrize(
    ("program_type", "attach_type", "event"),
    [
        (XDP, AT_XDP, "xdp/veth0"),
        (SCHED_CLS, 0, "clsact/egress/veth1"),
        (CGROUP_SKB, AT_EGRESS, "cgroup_skb/egress"),
        (LWT_OUT, 0, "lwt_out"),
        (SK_REUSEPORT, 0, "sk_reuseport/4000"),
        (1, 0, "socket/unix/here"),
    ],
)
def test_a_place_is_there_as_long_as_a_filter_is_attached_to_it(
    guest: Guest, program_type: int, attach_type: int, event: str
) -> None:
    before = shown(guest)
    link = attach(guest, program_type, event, attach_type)
    during = shown(guest)
    link.detach()

    assert during != before
    assert shown(guest) == before


def test_a_place_that_two_filters_share_goes_with_the_last(guest: Guest) -> None:
    before = shown(guest)
    links = [attach(guest, XDP, f"xdp/{name}", AT_XDP) for name in ("veth0", "veth1")]
    links[0].detach()
    still = guest.shell("test -e /sys/class/net/veth0").wait()
    links[1].detach()

    assert still == 0
    assert shown(guest) == before


# rtnetlink(7) and its flags: REQUEST, ACK, CREATE, EXCL; to delete, the last is another one.
NEW_QDISC, DEL_QDISC = "u16:36+u16:0x605", "u16:37+u16:5"


def ask_for_clsact(guest: Guest, request: str) -> None:
    """On lo, without an agent."""
    header = f"u32:48+{request}+u32:1+u32:0"
    qdisc = "u32:0+u32:1+u32:0xffff0000+u32:0xfffffff1+u32:0"
    kind = "u16:11+u16:1+text:clsact+zero:2"
    text = f"@syscall socket 16 3 0 ; sendto $1 {header}+{qdisc}+{kind} 48 0 0 0 = 48"
    assert guest.fire(parse_trigger(text), ByteOrder.LITTLE).wait().value == 48


def test_a_qdisc_of_somebody_else_stays(guest: Guest) -> None:
    """With whatever filters he has there."""
    show = "tc qdisc show dev lo"
    ask_for_clsact(guest, NEW_QDISC)
    link = attach(guest, SCHED_CLS, "clsact/ingress/lo")
    link.detach()
    after = guest.shell(show)
    assert after.wait() == 0
    ask_for_clsact(guest, DEL_QDISC)
    at_last = guest.shell(show)
    assert at_last.wait() == 0

    assert "clsact" in after.output
    assert "clsact" not in at_last.output


def test_a_cgroup_of_somebody_else_stays(guest: Guest) -> None:
    assert guest.shell("mkdir /sys/fs/cgroup/filtered").wait() == 0
    attach(guest, CGROUP_SKB, "cgroup_skb/egress", AT_EGRESS).detach()

    assert guest.shell("rmdir /sys/fs/cgroup/filtered").wait() == 0


def test_a_cgroup_with_a_process_in_it_goes_after_the_process(guest: Guest) -> None:
    """A reset ends links first, then the commands that are still running."""
    before = shown(guest)
    attach(guest, CGROUP_SKB, "cgroup_skb/egress", AT_EGRESS)
    guest.shell("echo $$ > /sys/fs/cgroup/filtered/cgroup.procs; echo in; sleep 100")
    joined = guest.shell("until grep -q . /sys/fs/cgroup/filtered/cgroup.procs; do :; done")
    assert joined.wait() == 0

    guest.reset().result()

    assert shown(guest) == before


@pytest.mark.parametrize(
    ("program_type", "attach_type", "event", "errno"),
    [
        (XDP, AT_XDP, "xdp/eth7", 19),
        (SCHED_CLS, 0, "clsact/ingress/eth7", 19),
        (CGROUP_SKB, AT_EGRESS, "cgroup_skb/egress/nowhere", 2),
        (XDP, AT_XDP, "cgroup_skb/egress", 22),
        (SCHED_CLS, 0, "xdp/veth0", 22),
        (XDP, AT_XDP, "clsact/ingress/veth0", 22),
        (XDP, AT_XDP, "sk_reuseport/4000", 22),
        (XDP, AT_XDP, "socket/udp/4000", 22),
        (XDP, AT_XDP, "lwt_out", 22),
    ],
)
def test_what_is_refused_leaves_nothing(
    guest: Guest, program_type: int, attach_type: int, event: str, errno: int
) -> None:
    """A place that is not there, and a program of another type."""
    before = shown(guest)

    assert refused(guest, program_type, event, attach_type) == errno
    assert shown(guest) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "xdp"}, "interface is missing"),
        ({"kind": "xdp", "interface": "lo", "direction": "in"}, "there is no argument direction"),
        ({"kind": "clsact", "interface": "lo", "direction": "up"}, "neither ingress nor egress"),
        ({"kind": "netfilter", "family": 99, "hook": 1, "priority": 1}, "family is 99"),
        ({"kind": "sk_reuseport", "port": 0}, "port 0 cannot be shared"),
        ({"kind": "sk_reuseport", "port": 65536}, "port is 65536"),
        ({"kind": "lwt_in", "address": "here"}, "here is not an IPv4 address"),
        ({"kind": "sk_msg", "table": "t"}, "the raw program uses no single table"),
    ],
)
def test_an_event_of_a_wrong_form_is_refused(
    guest: Guest, wrong: dict[str, Any], said: str
) -> None:
    loaded = RawFilter.load(guest, RETURN_0, ByteOrder.LITTLE, XDP, attach_type=AT_XDP)
    arguments = {"as": 77, "program": loaded.ref.packed(), "event": wrong}

    with pytest.raises(AgentError) as caught:
        guest.connection.submit("attach", lambda reply: None, arguments).result()

    assert said in caught.value.message


@pytest.mark.parametrize(
    ("classic", "event", "said"),
    [
        (b"1234567", {"kind": "socket_udp", "port": 4000}, "not a multiple of 8"),
        (b"", {"kind": "socket_udp", "port": 4000}, "not a multiple of 8"),
        (bytes(8), {"kind": "xdp", "interface": "lo"}, "classic programs are for sockets"),
    ],
)
def test_a_classic_program_of_a_wrong_form_is_refused(
    guest: Guest, classic: bytes, event: dict[str, Any], said: str
) -> None:
    arguments = {"as": 77, "classic": classic, "event": event}

    with pytest.raises(AgentError) as caught:
        guest.connection.submit("attach", lambda reply: None, arguments).result()

    assert said in caught.value.message


def test_a_link_has_so_many_sockets_and_no_more(guest: Guest) -> None:
    link = attach(guest, SK_REUSEPORT, "sk_reuseport/4000")

    with pytest.raises(AgentError, match="has 4 sockets, not one of number 4"):
        link.received(socket=4)

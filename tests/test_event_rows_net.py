"""The rows of network and cgroup events: what is written, and what the agent is asked for."""

import pytest

from harness.guest.links import AttachError
from harness.values.errors import UnknownNameError
from harness.values.event import parse_event


@pytest.mark.parametrize(
    ("text", "kind", "arguments"),
    [
        ("socket/udp/9000", "socket_udp", {"port": 9000}),
        ("socket/unix/here", "socket_unix", {"name": "here"}),
        ("xdp", "xdp", {"interface": "lo"}),
        ("xdp.frags/veth0", "xdp", {"interface": "veth0"}),
        ("tc", "clsact", {"direction": "ingress", "interface": "lo"}),
        ("clsact/egress", "clsact", {"direction": "egress", "interface": "lo"}),
        ("clsact/egress/veth1", "clsact", {"direction": "egress", "interface": "veth1"}),
        ("tcx/egress", "tcx", {"direction": "egress", "interface": "lo"}),
        ("tc/ingress/veth1", "tcx", {"direction": "ingress", "interface": "veth1"}),
        ("netfilter", "netfilter", {"family": 2, "hook": 1, "priority": 1}),
        ("netfilter/local_out", "netfilter", {"family": 2, "hook": 3, "priority": 1}),
        ("netfilter/ipv6/forward/7", "netfilter", {"family": 10, "hook": 2, "priority": 7}),
        ("flow_dissector", "flow_dissector", {}),
        ("sk_lookup", "sk_lookup", {}),
        ("cgroup_skb/ingress", "cgroup_skb", {"cgroup": "filtered"}),
        ("cgroup/connect6/mine", "cgroup_sock_addr", {"cgroup": "mine"}),
        ("cgroup/dev", "cgroup_device", {"cgroup": "filtered"}),
        ("sockops", "sock_ops", {"cgroup": "filtered"}),
        ("sk_reuseport/4000", "sk_reuseport", {"port": 4000}),
        ("sk_msg/sockets", "sk_msg", {"table": "sockets"}),
        ("sk_skb/stream_verdict/sockets", "sk_skb", {"table": "sockets"}),
        ("lwt_in", "lwt_in", {"address": "192.0.2.1"}),
        ("lwt_xmit/192.0.2.9", "lwt_xmit", {"address": "192.0.2.9"}),
        ("struct_ops/growing", "struct_ops", {"table": "growing"}),
    ],
)
def test_a_section_alone_names_a_place_of_its_own(
    text: str, kind: str, arguments: dict[str, object]
) -> None:
    """libbpf takes no target in these sections, so what follows is ours."""
    event = parse_event(text)

    assert (event.kind.value, event.arguments, str(event)) == (kind, arguments, text)


@pytest.mark.parametrize(
    "text",
    [
        "socket/udp",
        "socket/udp/65536",
        "socket/udp/x",
        "tc/sideways",
        "clsact/up/lo",
        "netfilter/input",
        "netfilter/ipv4",
        "netfilter/ipv4/forward/-1",
        "sk_lookup/lo",
        "cgroup/connect4/a/b",
        "sk_reuseport",
        "sk_msg",
        "sk_skb/stream_verdict",
        "struct_ops",
    ],
)
def test_a_target_of_the_wrong_form_is_told_the_right_one(text: str) -> None:
    with pytest.raises(UnknownNameError, match="does not say what to attach to") as caught:
        parse_event(text)

    assert "write " in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("text", "errno", "message", "remedy"),
    [
        ("xdp/eth7", 19, "cannot attach f to xdp/eth7: No such device (errno 19)", "it has lo"),
        (
            "cgroup/dev/nowhere",
            2,
            "cannot attach f to cgroup/dev/nowhere: No such file or directory (errno 2)",
            "no such folder in /sys/fs/cgroup; filtered is made",
        ),
    ],
)
def test_a_place_that_is_not_there_is_named(
    text: str, errno: int, message: str, remedy: str
) -> None:
    error = AttachError("f", parse_event(text), errno, "")

    assert error.message == message
    assert remedy in str(error.remedy)

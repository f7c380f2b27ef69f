"""What a test run (BPF_PROG_TEST_RUN) of a filter takes as input, by its section name."""

from enum import Enum


class RunInput(Enum):
    """The input of a test run, as net/bpf/test_run.c checks it."""

    PACKET = "packet"
    """Bytes of a packet, at least an Ethernet header; may be repeated."""

    CONTEXT = "context"
    """A context only: with a packet or a repeat count the kernel answers EINVAL."""

    NOTHING = "nothing"
    """The kernel calls its own test functions (fentry, fexit), or refuses with ENOTSUPP."""


# First part of the section name, as libbpf's section_defs[] has them.
_PACKET = frozenset(
    {
        "socket",
        "tc",
        "tcx",
        "netkit",
        "classifier",
        "action",
        "xdp",
        "xdp.frags",
        "cgroup_skb",
        "cgroup",
        "lwt_in",
        "lwt_out",
        "lwt_xmit",
        "lwt_seg6local",
        "flow_dissector",
    }
)
_CONTEXT = frozenset(
    {"raw_tp", "raw_tracepoint", "raw_tp.w", "raw_tracepoint.w", "syscall", "sk_lookup"}
)


def run_input(section: str) -> RunInput:
    """What a filter of that section takes.

    >>> run_input("tc")
    <RunInput.PACKET: 'packet'>
    """
    prefix = section.removeprefix("?").partition("/")[0]
    if prefix in _PACKET:
        return RunInput.PACKET
    return RunInput.CONTEXT if prefix in _CONTEXT else RunInput.NOTHING

"""The mail of 2014, run as it stands: a line for every packet on lo, in every mode.

mail.c is the mail's own text; strings.c and dereference.c are the improvements it asks for, and
arguments.c is what is left of it on a kernel that carries no types.
"""

import re

from harness.scenario import Bench, scenario

# Every echo request and its reply is received once on lo.
_PINGS = 3
_PACKETS = 2 * _PINGS
_PING = f"ping -c {_PINGS} -i 0.01 127.0.0.1"


def _messages(bench: Bench, name: str, event: str) -> list[str]:
    """What the file's filter prints while lo is pinged."""
    loaded = bench.attach_plain(name, my_filter=event)
    with bench.guest.trace() as trace:
        shell = bench.guest.shell(_PING)
        assert shell.wait() == 0, shell.output
        loaded.detach()
        lines = trace.stop()
    return [line.message for line in lines]


def _check_pointers(messages: list[str]) -> None:
    assert len(messages) == _PACKETS, messages
    pairs = [re.fullmatch(r"skb ([0-9a-f]+) dev ([0-9a-f]+)( len 84)?\s*", m) for m in messages]
    assert all(pairs), messages
    devices = {pair[2] for pair in pairs if pair}
    assert len(devices) == 1, f"lo is one device, not {devices}"


@scenario(needs="btf")
def the_mails_own_text_on_a_raw_tracepoint(bench: Bench) -> None:
    """bpf_load_pointer and bpf_memcmp read kernel memory that may fault."""
    _check_pointers(_messages(bench, "mail.c", "raw_tp/netif_receive_skb"))


@scenario(needs="btf kprobe")
def the_mails_own_text_on_a_kprobe(bench: Bench) -> None:
    """ctx->arg1 is the first argument; no compiler inlines ip_rcv(), whose address is taken."""
    _check_pointers(_messages(bench, "mail.c", "kprobe/ip_rcv"))


@scenario(needs="btf trace_printk-two-strings")
def strings_are_accepted_in_the_normal_way(bench: Bench) -> None:
    messages = _messages(bench, "strings.c", "raw_tp/netif_receive_skb")
    assert [m.strip() for m in messages] == ["packet on lo, loopback"] * _PACKETS


@scenario(needs="btf")
def plain_pointers_are_followed_without_a_fault(bench: Bench) -> None:
    """skb->dev->name as in the kernel: the whole program is a no-fault zone."""
    _check_pointers(_messages(bench, "dereference.c", "tp_btf/netif_receive_skb"))


@scenario(needs="kprobe kretprobe")
def arguments_and_results_are_printed_without_types(bench: Bench) -> None:
    """From the registers of a kprobe; new kworkers are given a niceness, too: 0 or -20."""
    loaded = bench.attach_plain(
        "arguments.c",
        types=False,
        entered="kprobe/set_user_nice",
        returned="kretprobe/shmem_rmdir",
    )
    with bench.guest.trace() as trace:
        shell = bench.guest.shell(
            "renice -n 7 $$; renice -n 4 $$; mkdir -p /tmp/a/b; rmdir /tmp/a; rmdir /tmp/a/b /tmp/a"
        )
        assert shell.wait() == 0, shell.output
        loaded.detach()
        lines = [line.message.strip() for line in trace.stop()]

    known = [line for line in lines if line not in ("nice 0", "nice -20")]
    assert known == ["nice 7", "nice 11", "rmdir -39", "rmdir 0", "rmdir 0"]

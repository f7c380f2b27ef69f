# SPDX-License-Identifier: GPL-2.0-only
"""A filter gives datagrams for ports that nobody has to sockets of its choice."""

from harness.scenario import Bench, scenario


def send(bench: Bench, port: int, word: str) -> None:
    bench.fire(f"@udp listen=none 127.0.0.1:{port} text:{word}")


@scenario(needs="sk_lookup")
def a_filter_finds_the_socket(bench: Bench) -> None:
    loaded = bench.load("lookup.c")
    link = loaded.filters["by_port"].attach("sk_lookup")

    for port, word in ((4003, "three"), (4000, "zero"), (4003, "again"), (4009, "nobody")):
        send(bench, port, word)

    received = [link.received(socket=slot) for slot in range(4)]
    assert received == [(b"zero",), (), (), (b"three", b"again")]
    assert loaded.tables["seen"].lookup(bench.u32(4003)) == bench.u64(2)


@scenario(needs="sk_lookup")
def a_filter_goes_before_who_has_the_port(bench: Bench) -> None:
    """Of the two that wait for it, the filter's socket gets it; the other once it is detached."""
    loaded = bench.load("lookup.c")
    link = loaded.filters["by_port"].attach("sk_lookup")

    bench.fire("@udp 127.0.0.1:4001 text:taken = nothing")
    taken = link.received(socket=1)
    link.detach()
    bench.fire("@udp 127.0.0.1:4001 text:left")

    assert taken == (b"taken",)

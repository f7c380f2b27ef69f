# SPDX-License-Identifier: GPL-2.0-only
"""Filters on what arrives at sockets in a table.

Socket 0 of the link is in slot 0 and connected to socket 1; socket 2 is in slot 1, connected to 3.
"""

from harness.scenario import Bench, LoadedObject, scenario

EVENT = "sk_skb/stream_verdict"


def count(bench: Bench, loaded: LoadedObject, size: int) -> int:
    """How many pieces of that size the filter has seen."""
    value = loaded.tables["seen"].lookup(bench.u32(size))
    return 0 if value is None else bench.number(value)


@scenario(needs="sk_skb")
def streams_pass(bench: Bench) -> None:
    loaded = bench.load("sockmap.c")
    link = loaded.filters["stream_passes"].attach(f"{EVENT}/sockets")

    link.send(b"hello", socket=1)

    assert link.received_stream(5, socket=0) == b"hello"
    assert count(bench, loaded, 5) == 1


@scenario(needs="sk_skb")
def streams_are_dropped(bench: Bench) -> None:
    """What is sent to the end that is not in the table shows that the connection is fine."""
    loaded = bench.load("sockmap.c")
    link = loaded.filters["stream_is_dropped"].attach(f"{EVENT}/sockets")

    link.send(b"hello", socket=1)
    link.send(b"back", socket=0)

    assert link.received_stream(4, socket=1) == b"back"
    assert link.received(socket=0) == ()
    assert count(bench, loaded, 5) == 1


@scenario(needs="sk_skb")
def streams_go_out_elsewhere(bench: Bench) -> None:
    link = bench.load("sockmap.c").filters["stream_goes_out_of_another"].attach(f"{EVENT}/sockets")

    link.send(b"hello", socket=1)

    assert link.received_stream(5, socket=3) == b"hello"
    assert link.received(socket=0) == ()


@scenario(needs="sk_skb")
def streams_come_back(bench: Bench) -> None:
    """The sockets are in a hash."""
    link = bench.load("sockmap.c").filters["stream_goes_out_of_itself"].attach(f"{EVENT}/by_key")

    link.send(b"echo", socket=1)

    assert link.received_stream(4, socket=1) == b"echo"


@scenario(needs="sk_skb parsed-streams")
def streams_pass_a_parser(bench: Bench) -> None:
    """The verdict is given while the socket is told of data: under its callback lock."""
    loaded = bench.load("sockmap.c")
    loaded.filters["as_one"].attach("sk_skb/stream_parser/sockets")
    link = loaded.filters["stream_passes"].attach(f"{EVENT}/sockets")

    link.send(b"hello", socket=1)

    assert link.received_stream(5, socket=0) == b"hello"
    assert count(bench, loaded, 5) == 1


@scenario(needs="sk_skb divided-streams")
def streams_are_divided_by_a_parser(bench: Bench) -> None:
    """The verdict is asked about each piece that the parser has named.

    That the pieces are dropped is on purpose: each that passes brings all of the buffer before
    commit 7303524e04af ("skmsg: Lose offset info in sk_psock_skb_ingress") in v5.16.
    """
    loaded = bench.load("sockmap.c")
    loaded.filters["by_threes"].attach("sk_skb/stream_parser/sockets")
    link = loaded.filters["pieces_are_dropped"].attach(f"{EVENT}/sockets")

    link.send(b"onetwosix", socket=1)
    link.send(b"back", socket=0)

    assert link.received_stream(4, socket=1) == b"back"
    assert link.received(socket=0) == ()
    assert count(bench, loaded, 0) == 3

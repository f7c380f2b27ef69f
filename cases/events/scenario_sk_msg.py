# SPDX-License-Identifier: GPL-2.0-only
"""Filters on what sockets in a table send.

Socket 0 of the link is in slot 0 and connected to socket 1; socket 2 is in slot 1, connected to 3.
"""

from harness.scenario import Bench, LoadedObject, RefusedError, scenario


def count(bench: Bench, loaded: LoadedObject, size: int) -> int:
    """How many messages of that size the filter has seen."""
    value = loaded.tables["seen"].lookup(bench.u32(size))
    return 0 if value is None else bench.number(value)


@scenario(needs="sk_msg")
def messages_pass(bench: Bench) -> None:
    loaded = bench.load("sockmap.c")
    link = loaded.filters["message_passes"].attach("sk_msg/sockets")

    link.send(b"hello", socket=0)

    assert link.received_stream(5, socket=1) == b"hello"
    assert count(bench, loaded, 5) == 1


@scenario(needs="sk_msg")
def messages_are_dropped(bench: Bench) -> None:
    """Who sends is told; what the other end sends is nobody's business."""
    loaded = bench.load("sockmap.c")
    link = loaded.filters["message_is_dropped"].attach("sk_msg/sockets")
    try:
        sent = link.send(b"hello", socket=0)
    except RefusedError as error:
        sent = -(error.errno or 0)

    link.send(b"back", socket=1)

    assert sent == -13
    assert link.received_stream(4, socket=0) == b"back"
    assert link.received(socket=1) == ()
    assert count(bench, loaded, 5) == 1


@scenario(needs="sk_msg")
def messages_come_in_elsewhere(bench: Bench) -> None:
    link = bench.load("sockmap.c").filters["message_goes_to_another"].attach("sk_msg/sockets")

    link.send(b"hello", socket=0)

    assert link.received_stream(5, socket=2) == b"hello"
    assert link.received(socket=1) == ()


@scenario(needs="sk_msg")
def messages_go_out_elsewhere(bench: Bench) -> None:
    """The sockets are in a hash."""
    link = bench.load("sockmap.c").filters["message_goes_out_of_another"].attach("sk_msg/by_key")

    link.send(b"hello", socket=0)

    assert link.received_stream(5, socket=3) == b"hello"
    assert link.received(socket=1) == ()

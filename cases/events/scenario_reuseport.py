# SPDX-License-Identifier: GPL-2.0-only
"""Four UDP sockets share a port, and a filter chooses which of them gets a datagram."""

from harness.scenario import Bench, scenario


def send(bench: Bench, *words: str) -> None:
    for word in words:
        bench.fire(f"@udp listen=none 127.0.0.1:4000 text:{word}")


@scenario(needs="sk_reuseport")
def a_filter_chooses_the_socket(bench: Bench) -> None:
    loaded = bench.load("reuseport.c")
    link = loaded.filters["by_its_first_byte"].attach("sk_reuseport/4000")

    send(bench, "2a", "0b", "2c", "3d")

    received = [link.received(socket=slot) for slot in range(4)]
    assert received == [(b"0b",), (), (b"2a", b"2c"), (b"3d",)]
    assert loaded.tables["seen"].lookup(bench.u32(2)) == bench.u64(2)


@scenario(needs="sk_reuseport")
def a_slot_that_is_empty_drops(bench: Bench) -> None:
    """So the filter decides, which could let the kernel choose as well."""
    link = bench.load("reuseport.c").filters["by_its_first_byte"].attach("sk_reuseport/4000")

    send(bench, "7x", "1y")

    assert [link.received(socket=slot) for slot in range(4)] == [(), (b"1y",), (), ()]


@scenario(needs="sk_reuseport")
def a_filter_drops_for_all_sockets(bench: Bench) -> None:
    loaded = bench.load("reuseport.c")
    link = loaded.filters["none_of_them"].attach("sk_reuseport/4000")

    send(bench, "0a")

    assert [link.received(socket=slot) for slot in range(4)] == [(), (), (), ()]
    assert loaded.tables["seen"].lookup(bench.u32(10)) == bench.u64(1)

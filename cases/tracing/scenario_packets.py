# SPDX-License-Identifier: GPL-2.0-only
"""Socket filters on the loopback interface decide what a packet socket gets.

One ping is four packets there: request and answer, each seen when it is sent and when it arrives.
Nothing else in the guest uses the network.
"""

from harness.guest.links import Link
from harness.scenario import Bench, LoadedObject, scenario

ETHERNET, IP, ICMP = 14, 20, 8


def listen(bench: Bench, name: str) -> tuple[LoadedObject, Link]:
    """The filter of that name on lo."""
    loaded = bench.load("packets.c")
    return loaded, loaded.filters[name].attach("socket/lo")


def ping(bench: Bench, size: int) -> None:
    assert bench.guest.shell(f"ping -c 1 -s {size} 127.0.0.1").wait() == 0


def seen(bench: Bench, loaded: LoadedObject) -> int:
    """How many packets the filter was asked about."""
    value = loaded.tables["seen"].lookup(bench.u32(0))
    assert value is not None
    return bench.number(value)


@scenario()
def packets_pass_unchanged(bench: Bench) -> None:
    loaded, link = listen(bench, "let_all_through")
    ping(bench, 56)
    ping(bench, 200)

    packets = link.received()

    headers = ETHERNET + IP + ICMP
    assert [len(packet) for packet in packets] == [headers + 56] * 4 + [headers + 200] * 4
    types = [packet[ETHERNET + IP] for packet in packets]
    assert types == [8, 8, 0, 0] * 2
    assert link.received() == ()
    assert seen(bench, loaded) == 8


@scenario()
def packets_are_dropped(bench: Bench) -> None:
    """The socket gets none of them, and ping, which the filter is not for, all of its own."""
    loaded, link = listen(bench, "let_none_through")
    ping(bench, 56)

    assert link.received() == ()
    assert seen(bench, loaded) == 4


@scenario()
def packets_are_truncated(bench: Bench) -> None:
    whole, cut = listen(bench, "let_all_through")[1], listen(bench, "cut_after_30_bytes")[1]
    ping(bench, 56)

    assert cut.received() == tuple(packet[:30] for packet in whole.received())


@scenario()
def packets_are_chosen_by_what_is_in_them(bench: Bench) -> None:
    loaded, link = listen(bench, "requests_only")
    ping(bench, 60)

    packets = link.received()

    assert [packet[ETHERNET + IP] for packet in packets] == [8, 8]
    assert seen(bench, loaded) == 4


@scenario()
def a_closed_socket_asks_no_filter(bench: Bench) -> None:
    loaded, link = listen(bench, "let_all_through")
    ping(bench, 56)
    link.detach()
    ping(bench, 56)

    assert seen(bench, loaded) == 4

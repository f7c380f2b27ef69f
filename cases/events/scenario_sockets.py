# SPDX-License-Identifier: GPL-2.0-only
"""Filters on sockets of every family: what the socket gets is what the filter lets through."""

from harness.scenario import Bench, Link, LoadedObject, RefusedError, scenario

HERE = "127.0.0.1:4000"
NAME = "bench"
FRAME = b"\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x88\xb5"


def put(bench: Bench, name: str, event: str) -> tuple[LoadedObject, Link]:
    """The filter of that name on a socket."""
    loaded = bench.load("packets.c")
    return loaded, loaded.filters[name].attach(event)


def send_udp(bench: Bench, *words: str) -> None:
    for word in words:
        bench.fire(f"@udp listen=none {HERE} text:{word}")


def send_unix(bench: Bench, *words: str) -> None:
    for word in words:
        bench.fire(f"@unix listen=none @{NAME} text:{word}")


@scenario()
def datagrams_pass_a_udp_socket_s_filter(bench: Bench) -> None:
    loaded, link = put(bench, "all_of_it", "socket/udp/4000")
    send_udp(bench, "hello", "hi")

    assert link.received() == (b"hello", b"hi")
    assert dict(loaded.tables["seen"].dump()) == {
        bench.u32(13): bench.u64(1),
        bench.u32(10): bench.u64(1),
    }


@scenario()
def datagrams_are_dropped_by_a_udp_socket_s_filter(bench: Bench) -> None:
    loaded, link = put(bench, "nothing_of_it", "socket/udp/4000")
    send_udp(bench, "hello")

    assert link.received() == ()
    assert loaded.tables["seen"].lookup(bench.u32(13)) == bench.u64(1)


@scenario()
def datagrams_are_cut_and_chosen_by_a_udp_socket_s_filter(bench: Bench) -> None:
    cut = put(bench, "eleven_bytes", "socket/udp/4000")[1]
    send_udp(bench, "hello")
    received = cut.received()
    cut.detach()
    chosen = put(bench, "those_with_an_x", "socket/udp/4000")[1]
    send_udp(bench, "abc", "box", "xyz")

    assert received == (b"hel",)
    assert chosen.received() == (b"box",)


@scenario()
def datagrams_pass_a_unix_socket_s_filter(bench: Bench) -> None:
    """It sees what was sent and no header."""
    loaded, link = put(bench, "all_of_it", f"socket/unix/{NAME}")
    send_unix(bench, "hello")

    assert link.received() == (b"hello",)
    assert loaded.tables["seen"].lookup(bench.u32(5)) == bench.u64(1)


@scenario()
def datagrams_are_dropped_by_a_unix_socket_s_filter(bench: Bench) -> None:
    link = put(bench, "those_with_an_x", f"socket/unix/{NAME}")[1]
    bench.fire(f"@syscall socket 1 2 0 ; sendto $1 text:a 1 0 u16:1+zero:1+text:{NAME} 8 = any")
    send_unix(bench, "x")

    assert link.received() == (b"x",)


@scenario(needs="veth")
def frames_pass_a_packet_socket_s_filter(bench: Bench) -> None:
    loaded, link = put(bench, "all_of_it", "socket/veth1")
    bench.fire("@packet listen=veth1 veth0 hex:020000000002020000000001 be16:0x88b5 text:hello")

    assert link.received() == (FRAME + b"hello",)
    assert loaded.tables["seen"].lookup(bench.u32(19)) == bench.u64(1)


@scenario(needs="veth")
def frames_are_chosen_by_a_packet_socket_s_filter(bench: Bench) -> None:
    link = put(bench, "those_with_an_x", "socket/veth1")[1]
    for word in ("no", "ax"):
        bench.fire(
            f"@packet listen=veth1 veth0 hex:020000000002020000000001 be16:0x88b5 text:{word}"
        )

    assert link.received() == (FRAME + b"ax",)


@scenario(modes="jit")
def an_interface_that_is_not_there_is_named(bench: Bench) -> None:
    loaded = bench.load("packets.c")

    said = refusal(loaded, "socket/eth7")

    assert said.startswith("cannot attach all_of_it to socket/eth7: No such device")


def refusal(loaded: LoadedObject, event: str) -> str:
    """What the guest says to an association that it refuses."""
    try:
        loaded.filters["all_of_it"].attach(event)
    except RefusedError as error:
        return error.message
    return "it is attached"

# SPDX-License-Identifier: GPL-2.0-only
"""What a flow dissector says decides which packets are one flow: they have the same hash."""

from harness.scenario import Bench, LoadedObject, scenario


def hashes(bench: Bench, loaded: LoadedObject) -> tuple[int, int]:
    """Of datagrams to two ports, from a port of their own each. 0 is the hash of no flow."""
    for port in (4000, 4001):
        bench.fire(f"@udp 127.0.0.1:{port} text:hello")
    first, second = (bench.number(value) for _, value in loaded.tables["hashes"].dump())
    assert first
    assert second
    return first, second


@scenario(needs="flow_dissector-links clsact")
def all_packets_are_one_flow(bench: Bench) -> None:
    """As long as it is attached: then the kernel looks at the ports itself."""
    loaded = bench.load("flows.c")
    loaded.filters["note_hash"].attach("clsact/ingress/lo")
    link = loaded.filters["one_flow"].attach("flow_dissector")
    first, second = hashes(bench, loaded)
    assert first == second

    link.detach()

    first, second = hashes(bench, loaded)
    assert first != second


@scenario(needs="flow_dissector-links clsact")
def packets_to_one_port_are_one_flow(bench: Bench) -> None:
    """Wherever they are from: the next datagram has another port at its other end."""
    loaded = bench.load("flows.c")
    loaded.filters["note_hash"].attach("clsact/ingress/lo")
    loaded.filters["flows_by_port"].attach("flow_dissector")
    before = hashes(bench, loaded)

    assert before[0] != before[1]
    assert hashes(bench, loaded) == before

# SPDX-License-Identifier: GPL-2.0-only
"""Filters on both CPUs want the same lock at every packet; nothing is lost or seen half done."""

from harness.scenario import Bench, LoadedObject, scenario

ENOUGH = 200


def total(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    data = loaded.tables["counts"].lookup(bench.u32(slot))
    assert data is not None
    return sum(bench.number(data[at : at + 8]) for at in range(0, len(data), 8))


def contend(bench: Bench, *events: str) -> None:
    loaded = bench.load("locks.c")
    for event in events:
        loaded.filters["add_to_all"].attach(event)
    work = [
        bench.guest.shell(f"taskset {mask} ping -A -q -c 50 127.0.0.1 > /dev/null")
        for mask in (1, 2)
    ]
    assert [one.wait() for one in work] == [0, 0]
    loaded.detach()
    value = loaded.tables["pairs"].lookup(bench.u32(0))
    assert value is not None
    numbers = {bench.number(value[4:8]), bench.number(value[8:16]), bench.number(value[16:24])}

    assert total(bench, loaded, 0) >= ENOUGH
    assert total(bench, loaded, 1) == 0
    assert numbers == {total(bench, loaded, 0)}


@scenario(needs="clsact two-cpus")
def where_packets_arrive(bench: Bench) -> None:
    contend(bench, "clsact/ingress/lo")


@scenario(needs="clsact two-cpus")
def where_packets_leave_and_arrive(bench: Bench) -> None:
    contend(bench, "clsact/egress/lo", "clsact/ingress/lo")

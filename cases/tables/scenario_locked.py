# SPDX-License-Identifier: GPL-2.0-only
"""One value that filters on two CPUs and user space want at once, all of them under its lock."""

from dataclasses import dataclass

from harness.scenario import Bench, LoadOptions, Table, Update, scenario

TIMES = 400
DOUBLINGS = 6
SIZE = 40


@dataclass(frozen=True, slots=True)
class Account:
    """struct account of locked.c."""

    one: int
    two: int
    turns: int
    disorder: int


def read(bench: Bench, table: Table) -> Account:
    """The lock itself is never seen."""
    value = table.lookup(bench.u32(0), Update.LOCKED)
    assert value is not None
    assert value[:4] == bytes(4)
    return Account(*(bench.number(value[at : at + 8]) for at in range(8, SIZE, 8)))


def count(bench: Bench, table: Table, times: int) -> Account:
    """So many system calls on each CPU, and a look at the value as often as there is time for."""
    table.add(bench.u32(0), bytes(SIZE))
    works = [
        bench.start(f"@syscall on={cpu} cgroup=filtered times={times} socket 2 2 0 ; close $1")
        for cpu in (0, 1)
    ]
    while not all(work.ended for work in works):
        seen = read(bench, table)
        assert seen.one == seen.two, seen
    for work in works:
        result = work.wait()
        assert (result.errno, result.signal, result.timed_out) == (0, 0, False), result
    return read(bench, table)


def nothing_is_lost(bench: Bench, name: str) -> None:
    """Until both were at it at the same time, which is the machine's affair."""
    loaded = bench.load("locked.c", LoadOptions(filters=(f"count_{name}",)))
    loaded.filters[f"count_{name}"].attach("cgroup/sock_create")
    for doubling in range(DOUBLINGS):
        times = TIMES << doubling
        found = count(bench, loaded.tables[name], times)
        assert (found.one, found.two, found.disorder) == (2 * times, 2 * times, 0)
        if found.turns > 2:
            return
    raise AssertionError("the two CPUs never wanted the value at the same time")


@scenario(needs="cgroup-bpf two-cpus interpreted-helpers")
def two_cpus_lock_a_value_of_an_array(bench: Bench) -> None:
    nothing_is_lost(bench, "in_array")


@scenario(needs="cgroup-bpf two-cpus interpreted-helpers")
def two_cpus_lock_a_value_of_a_hash(bench: Bench) -> None:
    nothing_is_lost(bench, "in_hash")

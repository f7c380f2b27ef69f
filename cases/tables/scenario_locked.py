# SPDX-License-Identifier: GPL-2.0-only
"""One value that filters on two CPUs and user space want at once, all of them under its lock."""

from harness.scenario import Bench, LoadOptions, Table, Update, scenario

TIMES = 200
DOUBLINGS = 6
# Of struct account in locked.c: a lock, a CPU, the turns, and 256 words that are all the same.
SIZE = 2064
ROUNDS = 8


def read(bench: Bench, table: Table) -> tuple[int, int]:
    """How often the value was changed, and how often by another CPU than before."""
    value = table.lookup(bench.u32(0), Update.LOCKED)
    assert value is not None
    words = {value[at : at + 8] for at in range(16, SIZE, 8)}
    assert value[:4] == bytes(4), "the lock itself is not to be seen"
    assert len(words) == 1, "the value was seen half changed"
    return bench.number(words.pop()), bench.number(value[8:16])


def count(bench: Bench, table: Table, times: int) -> tuple[int, int]:
    """So many system calls on each CPU, and a look at the value as often as there is time for."""
    table.add(bench.u32(0), bytes(SIZE))
    works = [
        bench.start(f"@syscall on={cpu} cgroup=filtered times={times} socket 2 2 0 ; close $1")
        for cpu in (0, 1)
    ]
    while not all(work.ended for work in works):
        read(bench, table)
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
        changes, turns = count(bench, loaded.tables[name], times)
        assert changes == 2 * times * ROUNDS
        if turns > 2:
            return
    raise AssertionError("the two CPUs never wanted the value at the same time")


@scenario(needs="cgroup-bpf two-cpus interpreted-helpers")
def two_cpus_lock_a_value_of_an_array(bench: Bench) -> None:
    nothing_is_lost(bench, "in_array")


@scenario(needs="cgroup-bpf two-cpus interpreted-helpers")
def two_cpus_lock_a_value_of_a_hash(bench: Bench) -> None:
    nothing_is_lost(bench, "in_hash")

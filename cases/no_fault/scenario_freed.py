# SPDX-License-Identifier: GPL-2.0-only
"""Addresses of what was there a moment ago: tasks that ended, tables that were closed.

Their memory is anybody's, or nobody's any more; a read gives bytes or an error, at once and while
more of the like comes and goes, and the kernel lives.
"""

from harness.scenario import Bench, LoadedObject, LoadOptions, scenario
from harness.values.deadline import Deadline

THINGS_OF_A_TASK = 14
ROUNDS = 3
CHURN = "for i in 1 2 3; do /bin/true > /tmp/freed; done; rm /tmp/freed"


def load(bench: Bench, file: str, *names: str) -> LoadedObject:
    return bench.load(file, LoadOptions(filters=names))


def slots(bench: Bench, loaded: LoadedObject) -> list[int]:
    """Those in which an address was kept."""
    return [bench.number(k) for k, v in loaded.tables["places"].dump() if bench.number(v)]


def read(bench: Bench, loaded: LoadedObject, name: str, kept: list[int]) -> None:
    for slot in kept:
        run = loaded.filters[name].run(ctx=bench.u64(slot))
        assert (run.errno, run.retval) == (0, 0), f"slot {slot}: {run}"


def end_a_task_and_read(
    bench: Bench, loaded: LoadedObject, remember: str, reader: str, things: int
) -> None:
    """The filter keeps so many addresses, one after the other."""
    link = loaded.filters[remember].attach()
    work = bench.guest.shell("/bin/true > /tmp/freed; rm /tmp/freed")
    deadline = Deadline.after(10)
    while len(kept := slots(bench, loaded)) < things:
        assert not deadline.expired, f"{len(kept)} addresses were kept, not {things}"
    read(bench, loaded, reader, kept)
    assert work.wait() == 0
    link.detach()
    for _ in range(ROUNDS):
        churn = bench.guest.shell(CHURN)
        read(bench, loaded, reader, kept)
        assert churn.wait() == 0
    read(bench, loaded, reader, kept)


@scenario()
def a_task_that_ended(bench: Bench) -> None:
    loaded = load(bench, "freed.c", "remember_task", "read_place")
    end_a_task_and_read(bench, loaded, "remember_task", "read_place", 1)


@scenario(needs="btf")
def what_a_task_that_ended_had(bench: Bench) -> None:
    """Its stack, memory, page tables, files, credentials …"""
    loaded = load(bench, "freed_things.c", "remember_its_things", "read_place")
    end_a_task_and_read(bench, loaded, "remember_its_things", "read_place", THINGS_OF_A_TASK)


@scenario(modes="jit jit-harden", needs="bpf_rdonly_cast")
def what_a_task_that_ended_had_by_plain_loads(bench: Bench) -> None:
    loaded = load(bench, "freed_things.c", "remember_its_things", "follow_place")
    end_a_task_and_read(bench, loaded, "remember_its_things", "follow_place", THINGS_OF_A_TASK)


@scenario()
def tables_that_were_closed(bench: Bench) -> None:
    """An array, a hash table and what each CPU has of one.

    The tables go with the object that brought them; the addresses stay in one of its own.
    """
    places = bench.guest.table("places", entries=16, key_size=4, value_size=8, type="array")
    shared = {"places": places.ref}
    gone = bench.load("freed.c", LoadOptions(filters=("remember_tables",), reuse=shared))
    gone.tables["entries"].add(bench.u32(0), bytes(2048))
    assert gone.filters["remember_tables"].run().errno == 0
    reading = bench.load("freed.c", LoadOptions(filters=("read_place",), reuse=shared))
    kept = [bench.number(key) for key, value in places.dump() if bench.number(value)]
    assert kept == [0, 1, 2]
    read(bench, reading, "read_place", kept)
    gone.close()
    for _ in range(ROUNDS):
        read(bench, reading, "read_place", kept)
        other = bench.load("freed.c", LoadOptions(filters=("remember_task",)))
        read(bench, reading, "read_place", kept)
        other.close()
    read(bench, reading, "read_place", kept)
    reading.close()
    places.close()


@scenario()
def an_entry_that_was_removed(bench: Bench) -> None:
    """Its memory is given to the next entry."""
    loaded = load(bench, "freed.c", "remember_tables", "read_place")
    entries = loaded.tables["entries"]
    for _ in range(ROUNDS):
        entries.add(bench.u32(0), bytes(2048))
        assert loaded.filters["remember_tables"].run().errno == 0
        entries.remove(bench.u32(0))
        read(bench, loaded, "read_place", [1])
        entries.add(bench.u32(1), bytes(2048))
        read(bench, loaded, "read_place", [1])
        entries.remove(bench.u32(1))

# SPDX-License-Identifier: GPL-2.0-only
"""One table in the hands of filters on two CPUs and of user space at once: nothing is lost."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from harness.scenario import Bench, LoadedObject, LoadOptions, Table, Update, refusal, scenario
from harness.values.deadline import Deadline

PACKET = bytes(64)

# Some system calls, without end.
BUSY = "while :; do echo; done > /dev/null"


def load(bench: Bench, *filters: str) -> LoadedObject:
    return bench.load("concurrent.c", LoadOptions(filters=filters))


@contextmanager
def two_busy_tasks(bench: Bench) -> Iterator[None]:
    """As many as there are CPUs, so that both make system calls."""
    works = [bench.guest.shell(BUSY) for _ in range(2)]
    yield
    for work in works:
        work.kill()
    assert [work.wait() for work in works] == [128 + 9] * 2


def number(bench: Bench, table: Table) -> int:
    held = table.lookup(bench.u32(0))
    assert held is not None
    return bench.number(held)


def wait_for(bench: Bench, table: Table, least: int) -> None:
    deadline = Deadline.after(30)
    while number(bench, table) < least:
        assert not deadline.expired, f"{table.name} does not come to {least}"


@scenario(needs="two-cpus interpreted-helpers")
def three_ways_of_counting_agree(bench: Bench) -> None:
    """Every event is counted in each of them, whichever CPU it was on."""
    loaded = load(bench, "count_three_times")
    tables = loaded.tables
    link = loaded.filters["count_three_times"].attach("raw_tp/sys_enter")
    with two_busy_tasks(bench):
        wait_for(bench, tables["atomic"], 3000)
    link.detach()
    # A run that had begun before may still be on its way.
    assert bench.guest.shell("true").wait() == 0

    total = number(bench, tables["atomic"])
    value = tables["per_cpu"].lookup(bench.u32(0))
    assert value is not None
    by_value = [bench.number(each) for each in tables["per_cpu"].split(value)]
    by_key = {bench.number(key): bench.number(each) for key, each in tables["by_cpu"].dump()}
    assert sum(by_value) == total
    assert sum(by_key.values()) == total
    assert [by_key.get(cpu, 0) for cpu in range(len(by_value))] == by_value


@scenario(modes="interp jit", needs="two-cpus atomics")
def user_space_adds_while_filters_add(bench: Bench) -> None:
    """Keys of the host above a million, those of the filter below: all are there in the end."""
    loaded = load(bench, "add_keys")
    keys = loaded.tables["keys"]
    link = loaded.filters["add_keys"].attach("raw_tp/sys_enter")
    with two_busy_tasks(bench):
        for start in range(0, 2000, 200):
            mine = range(1_000_000 + start, 1_000_000 + start + 200)
            later = [keys.submit_add(bench.u32(key), bench.u64(key), 1) for key in mine]
            assert {each.result() for each in later} == {0}
        wait_for(bench, loaded.tables["atomic"], 1000)
        link.detach()
    assert bench.guest.shell("true").wait() == 0

    held = {bench.number(key): bench.number(value) for key, value in keys.dump()}

    refused = number(bench, loaded.tables["turned_away"])
    written = number(bench, loaded.tables["atomic"])
    assert all(key == value for key, value in held.items())
    assert sum(key >= 1_000_000 for key in held) == 2000
    assert sum(key < 1_000_000 for key in held) == written - refused


@scenario(modes="interp jit", needs="two-cpus batches atomics")
def table_is_emptied_while_filters_add(bench: Bench) -> None:
    """What was taken in batches and what is left make up all that was added, each once."""
    loaded = load(bench, "add_keys")
    keys = loaded.tables["keys"]
    link = loaded.filters["add_keys"].attach("raw_tp/sys_enter")
    taken: list[int] = []
    with two_busy_tasks(bench):
        while len(taken) < 2000:
            for page in keys.pages(take=True):
                taken += [bench.number(key) for key, _ in page]
        link.detach()
    assert bench.guest.shell("true").wait() == 0
    taken += [bench.number(key) for key, _ in keys.dump()]

    refused = number(bench, loaded.tables["turned_away"])
    assert len(taken) == len(set(taken)) == number(bench, loaded.tables["atomic"]) - refused


@scenario(modes="interp jit", needs="two-cpus atomics")
def table_is_dumped_while_filters_add(bench: Bench) -> None:
    """A dump shows whole entries, and none twice."""
    loaded = load(bench, "add_keys")
    keys = loaded.tables["keys"]
    link = loaded.filters["add_keys"].attach("raw_tp/sys_enter")
    with two_busy_tasks(bench):
        wait_for(bench, loaded.tables["atomic"], 500)
        for _ in range(5):
            held = [(bench.number(key), bench.number(value)) for key, value in keys.dump()]
            assert all(key == value for key, value in held)
            assert len(dict(held)) == len(held)
        link.detach()


@scenario(modes="interp jit", needs="two-cpus queue atomics")
def queue_is_emptied_while_filters_push(bench: Bench) -> None:
    """Each number comes out once, if it went in."""
    loaded = load(bench, "push_numbers")
    queue = loaded.tables["queue"]
    link = loaded.filters["push_numbers"].attach("raw_tp/sys_enter")
    popped: list[int] = []
    with two_busy_tasks(bench):
        while len(popped) < 300:
            value = queue.take()
            if value is not None:
                popped.append(bench.number(value))
        link.detach()
    assert bench.guest.shell("true").wait() == 0
    while (value := queue.take()) is not None:
        popped.append(bench.number(value))

    refused = number(bench, loaded.tables["turned_away"])
    assert len(popped) == len(set(popped)) == number(bench, loaded.tables["atomic"]) - refused


@scenario(needs="hash")
def lock_keeps_two_numbers_equal(bench: Bench) -> None:
    """Counted by the filter and replaced by user space, both under the lock: BPF_F_LOCK."""
    loaded = load(bench, "count_run_under_a_lock")
    guarded = loaded.tables["guarded"]
    run = loaded.filters["count_run_under_a_lock"]
    slot = bench.u32(0)
    for rounds in range(1, 6):
        assert run.run(PACKET, repeat=1000).errno == 0
        value = guarded.lookup(slot, Update.LOCKED)
        assert value == bench.u32(0) + bench.u32(rounds * 1000) * 2
    guarded.add(slot, bench.u32(0) + bench.u32(7) * 2, Update.LOCKED)
    assert run.run(PACKET).errno == 0

    assert guarded.lookup(slot) == bench.u32(0) + bench.u32(8) * 2
    plain = loaded.tables["atomic"]
    assert refusal(plain.lookup, slot, Update.LOCKED) == errno.EINVAL
    assert refusal(plain.add, slot, bench.u64(1), Update.LOCKED) == errno.EINVAL


@scenario(modes="interp jit", needs="two-cpus atomics")
def lru_hash_is_used_on_two_cpus(bench: Bench) -> None:
    """Keys are forgotten all the time, and a value is never another key's."""
    loaded = load(bench, "use_recent")
    recent = loaded.tables["recent"]
    link = loaded.filters["use_recent"].attach("raw_tp/sys_enter")
    with two_busy_tasks(bench):
        wait_for(bench, loaded.tables["atomic"], 3000)
        held = recent.dump()
        link.detach()

    assert 0 < len(held) <= 256
    assert all(bench.number(value) % 1024 == bench.number(key) for key, value in held)
    assert number(bench, loaded.tables["turned_away"]) == 0


@scenario(modes="interp jit", needs="two-cpus interpreted-helpers")
def value_is_replaced_while_filters_count_in_it(bench: Bench) -> None:
    """An array's value is written in place; the count goes on from what user space has written."""
    loaded = load(bench, "count_three_times")
    atomic = loaded.tables["atomic"]
    link = loaded.filters["count_three_times"].attach("raw_tp/sys_enter")
    with two_busy_tasks(bench):
        for start in range(1, 20):
            atomic.add(bench.u32(0), bench.u64(start << 32))
            wait_for(bench, atomic, (start << 32) + 1)
            assert number(bench, atomic) >> 32 == start
        link.detach()


@scenario(modes="interp jit", needs="hash")
def two_objects_work_on_one_table(bench: Bench) -> None:
    """LoadOptions.reuse: the filter of each object finds what the other has left."""
    first = load(bench, "count_run_under_a_lock")
    shared = first.tables["guarded"]
    options = LoadOptions(filters=("count_run_under_a_lock",), reuse={"guarded": shared.ref})
    second = bench.load("concurrent.c", options)
    for loaded in (first, second, first):
        loaded.filters["count_run_under_a_lock"].run(PACKET, repeat=10)
    second.close()

    assert shared.lookup(bench.u32(0)) == bench.u32(0) + bench.u32(30) * 2

# SPDX-License-Identifier: GPL-2.0-only
"""Filters and tables are taken away while they are at work on another CPU.

What is asked is that the kernel lives: its log, taint and leaks are looked at after each scenario.
How often a busy CPU meets the moment is chance, so each does it many times.

The first filter on a tracepoint, the second and the last make the kernel rewrite its own code,
which runs meanwhile: the tracepoint's static key and static call.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.scenario import Bench, LoadedObject, LoadOptions, scenario
from harness.values.deadline import Deadline

BUSY = "while :; do echo; done > /dev/null"


@contextmanager
def system_calls(bench: Bench) -> Iterator[None]:
    """One task makes them without end."""
    work = bench.guest.shell(BUSY)
    yield
    work.kill()
    assert work.wait() == 128 + 9


def total(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    """What all CPUs have counted in a slot."""
    data = loaded.tables["counts"].lookup(bench.u32(slot))
    assert data is not None
    return sum(bench.number(data[at : at + 8]) for at in range(0, len(data), 8))


def wait_for_count(bench: Bench, loaded: LoadedObject, slot: int) -> None:
    """Until more has been counted in that slot than now."""
    before = total(bench, loaded, slot)
    deadline = Deadline.after(10)
    while total(bench, loaded, slot) == before:
        assert not deadline.expired, f"nothing is counted in slot {slot}"


def wait_until_still(bench: Bench, loaded: LoadedObject) -> None:
    """Until nothing more is counted in slot 0, although there are events all the time.

    Detaching from a tracepoint does not wait for a run that has begun on another CPU.
    """
    deadline = Deadline.after(5)
    before = -1
    while (now := total(bench, loaded, 0)) != before:
        assert not deadline.expired, "a filter that was detached still counts"
        before = now
        assert bench.guest.shell("true").wait() == 0


@scenario()
def attach_and_detach_15_times(bench: Bench) -> None:
    """While the event happens all the time."""
    loaded = bench.load("storms.c")
    with system_calls(bench):
        for number in range(15):
            link = loaded.filters["work_on_table"].attach()
            if number % 5 == 0:
                wait_for_count(bench, loaded, 0)
            link.detach()
        wait_until_still(bench, loaded)


@scenario(needs="repeated-raw-tracepoints")
def attached_50_times_and_detached_at_once(bench: Bench) -> None:
    loaded = bench.load("storms.c")
    with system_calls(bench):
        for _ in range(50):
            loaded.filters["jump"].attach()
        wait_for_count(bench, loaded, 0)
        loaded.detach()
        wait_until_still(bench, loaded)


@scenario(needs="two-cpus")
def filters_are_freed_while_they_run(bench: Bench) -> None:
    with system_calls(bench):
        for _ in range(6):
            loaded = bench.load("storms.c")
            loaded.filters["work_on_table"].attach()
            wait_for_count(bench, loaded, 0)
            loaded.close()


@scenario(needs="two-cpus")
def a_table_is_closed_while_a_filter_uses_it(bench: Bench) -> None:
    """The filter keeps it; it goes with the filter."""
    with system_calls(bench):
        for _ in range(4):
            table = bench.guest.table("busy", entries=64, key_size=4, value_size=8)
            loaded = bench.load("storms.c", LoadOptions(reuse={"busy": table.ref}))
            loaded.filters["work_on_table"].attach()
            wait_for_count(bench, loaded, 0)
            table.close()
            wait_for_count(bench, loaded, 0)
            loaded.close()


@scenario(needs="two-cpus")
def entries_are_removed_while_a_filter_uses_them(bench: Bench) -> None:
    """Only user space removes them, so none that the dump has shown is gone before."""
    loaded = bench.load("storms.c")
    table = loaded.tables["busy"]
    loaded.filters["work_on_table"].attach()
    removed = 0
    with system_calls(bench):
        for _ in range(3):
            wait_for_count(bench, loaded, 0)
            for key, _value in table.dump():
                table.remove(key)
                removed += 1

    assert removed >= 3


def replace_targets(bench: Bench, name: str) -> None:
    """Each call of that filter goes to one of the two or, while its slot is empty, to none."""
    loaded = bench.load("storms.c")
    table, filters = loaded.tables["next"], loaded.filters
    targets = (filters["first_target"], filters["second_target"])
    filters[name].attach()
    with system_calls(bench):
        wait_for_count(bench, loaded, 0)
        for number in range(44):
            slot, target = bench.u32(number // 2 % 2), targets[number % 2]
            assert table.submit_add_filter(slot, target.ref).result() == 0
            if number < 2:
                wait_for_count(bench, loaded, 1 + number)
            if number % 8 == 7:
                table.remove(slot)
        for slot in (bench.u32(0), bench.u32(1)):
            table.remove(slot)
        wait_for_count(bench, loaded, 0)


@scenario(needs="two-cpus")
def a_tail_calls_target_is_replaced_while_it_is_called(bench: Bench) -> None:
    """The program reads it from the table."""
    replace_targets(bench, "jump")


@scenario(needs="two-cpus")
def a_direct_tail_calls_target_is_replaced_while_it_is_called(bench: Bench) -> None:
    """prog_array_map_poke_run() writes it into the program's machine code."""
    replace_targets(bench, "jump_directly")

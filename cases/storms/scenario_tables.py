# SPDX-License-Identifier: GPL-2.0-only
"""Tables are walked over, filled and closed while filters add and remove on another CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.scenario import Bench, LoadedObject, LoadOptions, RefusedError, scenario
from harness.values.deadline import Deadline

SYSTEM_CALLS = "while :; do echo; done > /dev/null"
KEYS = 128
MIB = 1 << 20
ENOUGH = 40
E2BIG, ENOMEM = 7, 12
LONG_ENOUGH_S = 1.0


@contextmanager
def churning(bench: Bench, *names: str) -> Iterator[LoadedObject]:
    """The first filter runs at each system call of two tasks; the others are only loaded."""
    loaded = bench.load("tables.c", LoadOptions(filters=names))
    loaded.filters[names[0]].attach()
    work = [bench.guest.shell(SYSTEM_CALLS) for _ in range(2)]
    deadline = Deadline.after(10)
    while not any(loaded.tables["counts"].lookup(bench.u32(0)) or b""):
        assert not deadline.expired, "the filter does not run"
    yield loaded
    for one in work:
        one.kill()
    assert [one.wait() for one in work] == [128 + 9] * 2


def rounds() -> Iterator[int]:
    """From 0 on, forty of them or a second."""
    deadline = Deadline.after(LONG_ENOUGH_S)
    for number in range(ENOUGH):
        if number and deadline.expired:
            return
        yield number


def dump_while_churning(bench: Bench, table: str) -> None:
    """A walk by keys begins anew where its key is gone: it may see an entry twice, and must end."""
    with churning(bench, f"churn_{table}") as loaded:
        for _ in rounds():
            keys = [bench.number(key) for key, _ in loaded.tables[table].dump()]
            assert all(key < KEYS for key in keys)


@scenario(needs="two-cpus")
def a_hash_table_is_dumped(bench: Bench) -> None:
    dump_while_churning(bench, "hash")


@scenario(needs="two-cpus")
def a_table_that_forgets_is_dumped(bench: Bench) -> None:
    dump_while_churning(bench, "lru")


@scenario(needs="two-cpus")
def a_table_that_forgets_on_each_cpu_is_dumped(bench: Bench) -> None:
    dump_while_churning(bench, "lru_percpu")


def walk_while_churning(bench: Bench, table: str) -> None:
    with churning(bench, f"churn_{table}", f"walk_{table}") as loaded:
        for _ in rounds():
            run = loaded.filters[f"walk_{table}"].run()
            assert (run.errno, run.retval) == (0, 0)


@scenario(modes="jit jit-harden", needs="bpf_for_each_map_elem two-cpus")
def a_filter_walks_over_a_hash_table(bench: Bench) -> None:
    walk_while_churning(bench, "hash")


@scenario(modes="jit jit-harden", needs="bpf_for_each_map_elem two-cpus")
def a_filter_walks_over_a_table_that_forgets(bench: Bench) -> None:
    walk_while_churning(bench, "lru")


@scenario(needs="two-cpus")
def user_space_adds_and_removes_too(bench: Bench) -> None:
    """A full table says so, an entry that is gone is not there: no other error.

    An entry that goes while it is copied may be another one's by then, but is one that was put in.
    """
    with churning(bench, "churn_hash") as loaded:
        table = loaded.tables["hash"]
        for number in rounds():
            key = bench.u32(number % KEYS)
            assert table.submit_add(key, bench.u64(number % KEYS)).result() in (0, E2BIG)
            value = table.lookup(key)
            assert value is None or bench.number(value) < KEYS


@scenario(needs="two-cpus")
def a_queue_is_pushed_and_popped_on_both(bench: Bench) -> None:
    with churning(bench, "churn_queue") as loaded:
        for _ in rounds():
            assert len(loaded.tables["counts"].dump()) == 8


@scenario(needs="two-cpus")
def tables_are_closed_under_a_walk_and_a_churn(bench: Bench) -> None:
    for _ in range(3):
        with churning(bench, "churn_lru") as loaded:
            loaded.tables["lru"].dump()
            loaded.close()


@scenario()
def a_table_larger_than_memory(bench: Bench) -> None:
    """Refused at once, and what is asked for next is given.

    A percpu_array is not among them: its values are allocated one by one, and the kernel kills for
    memory, or panics, before one is refused.
    """
    errnos = set()
    for kind in ("array", "hash", "lru_hash"):
        try:
            bench.guest.table("large", entries=1 << 16, key_size=4, value_size=1 << 16, type=kind)
        except RefusedError as error:
            errnos.add(error.errno)
        else:
            raise AssertionError(f"a table of type {kind} with 4 GiB was created")
    assert errnos <= {ENOMEM, E2BIG}
    small = bench.guest.table("small", entries=4, key_size=4, value_size=8)
    small.add(bench.u32(1), bench.u64(2))


def available_mib(bench: Bench) -> int:
    lines = bench.guest.read_file("/proc/meminfo", 4096).decode().splitlines()
    (line,) = [line for line in lines if line.startswith("MemAvailable:")]
    return int(line.split()[1]) // 1024


@scenario(needs="two-cpus")
def memory_is_short(bench: Bench) -> None:
    """Tables take most of what is free while entries come and go; then it is given back."""
    with churning(bench, "churn_hash") as loaded:
        large = [
            bench.guest.table("large", entries=16, key_size=4, value_size=MIB, type="array")
            for _ in range(available_mib(bench) * 4 // 10 // 16)
        ]
        assert large
        for number in range(8):
            table = bench.guest.table("one", entries=4096, key_size=4, value_size=64)
            table.add(bench.u32(number), bytes(64))
            table.close()
        loaded.tables["hash"].dump()
        for table in large:
            table.close()

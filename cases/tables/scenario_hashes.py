# SPDX-License-Identifier: GPL-2.0-only
"""Hashes of all kinds from user space: entries, batches, and where they end.

kernel/bpf/hashtab.c. Tables do not depend on how filters are executed: one mode is enough.
"""

import errno

from harness.scenario import Bench, Table, TableError, Update, refusal, scenario
from harness.values.deadline import Deadline

# BPF_F_NO_PREALLOC of linux/bpf.h, without which there is no rhash.
NO_PREALLOC = 1
# A flag that no update has: beyond BPF_F_ALL_CPUS.
NO_FLAG = 1 << 20


def make(
    bench: Bench, kind: str, *, entries: int = 64, key_size: int = 4, value_size: int = 8
) -> Table:
    flags = NO_PREALLOC if kind == "rhash" else 0
    return bench.guest.table(
        "table", type=kind, entries=entries, key_size=key_size, value_size=value_size, flags=flags
    )


def value(bench: Bench, table: Table, number: int) -> bytes:
    """The number, for each CPU where that is asked for, and one more for each next one."""
    if not table.spec.per_cpu:
        return bench.u64(number)
    cpus = table.value_size // 8
    return table.joined([bench.u64(number + cpu) for cpu in range(cpus)])


def entries_come_and_go(bench: Bench, kind: str) -> None:
    table = make(bench, kind)
    one, two, absent = bench.u32(1), bench.u32(2), bench.u32(3)
    table.add(one, value(bench, table, 10))
    table.add(two, value(bench, table, 20), Update.ONLY_NEW)
    assert table.lookup(one) == value(bench, table, 10)
    assert table.lookup(absent) is None
    assert refusal(table.remove, absent) == errno.ENOENT
    assert refusal(table.add, one, value(bench, table, 0), Update.ONLY_NEW) == errno.EEXIST
    only_old = Update.ONLY_EXISTING
    assert refusal(table.add, absent, value(bench, table, 0), only_old) == errno.ENOENT
    assert refusal(table.add, one, value(bench, table, 0), NO_FLAG) == errno.EINVAL
    table.add(one, value(bench, table, 11), only_old)
    assert dict(table.dump()) == {one: value(bench, table, 11), two: value(bench, table, 20)}

    table.remove(one)

    assert table.dump() == ((two, value(bench, table, 20)),)
    assert table.lookup(one) is None


def batches_say_the_same(bench: Bench, kind: str) -> None:
    """BPF_MAP_*_BATCH against one entry after the other."""
    table = make(bench, kind, entries=512)
    wanted = {bench.u32(key): value(bench, table, key) for key in range(200)}
    table.add_batch(tuple(wanted.items()))
    assert all(table.lookup(key) == wanted[key] for key in list(wanted)[::40])
    assert dict(table.dump()) == wanted

    table.remove_batch([bench.u32(key) for key in range(100)])
    left = {bench.u32(key): value(bench, table, key) for key in range(100, 200)}
    assert dict(table.dump()) == left
    taken = [entry for page in table.pages(take=True) for entry in page]

    assert dict(taken) == left
    assert len(taken) == 100
    assert table.dump() == ()


def add_all(table: Table, entries: tuple[tuple[bytes, bytes], ...]) -> None:
    """Memory for elements is fetched from an interrupt, and ENOMEM until it is: bpf_mem_alloc."""
    deadline = Deadline.after(10)
    while number := refusal(table.add_batch, entries):
        assert number == errno.ENOMEM
        assert not deadline.expired, "no memory comes"


def batches_say_the_same_in_the_end(bench: Bench, kind: str) -> None:
    """While it grows or shrinks, entries may be seen twice or not at all: rhashtable_next_key()."""
    table = make(bench, kind, entries=512)
    wanted = {bench.u32(key): value(bench, table, key) for key in range(200)}
    add_all(table, tuple(wanted.items()))
    assert all(table.lookup(key) == each for key, each in wanted.items())
    deadline = Deadline.after(10)
    while dict(table.dump()) != wanted:
        assert not deadline.expired, "a dump does not come to show what was added"
    taken: dict[bytes, bytes] = {}
    while len(taken) < len(wanted):
        assert not deadline.expired, f"only {len(taken)} entries could be taken"
        try:
            for page in table.pages(take=True):
                taken.update(page)
        except TableError as error:
            if error.errno != errno.EAGAIN:
                raise

    assert taken == wanted
    assert all(table.lookup(key) is None for key in wanted)


def a_taken_entry_is_gone(bench: Bench, kind: str) -> None:
    """BPF_MAP_LOOKUP_AND_DELETE_ELEM."""
    table = make(bench, kind)
    table.add(bench.u32(1), value(bench, table, 10))
    table.add(bench.u32(2), value(bench, table, 20))

    assert table.take(bench.u32(1)) == value(bench, table, 10)
    assert table.take(bench.u32(1)) is None
    assert table.dump() == ((bench.u32(2), value(bench, table, 20)),)


def a_full_one_refuses(bench: Bench, kind: str) -> None:
    """E2BIG for a new key; known keys still change, and a removed one makes room."""
    table = make(bench, kind, entries=8)
    for key in range(8):
        table.add(bench.u32(key), value(bench, table, key))
    assert refusal(table.add, bench.u32(8), value(bench, table, 8)) == errno.E2BIG
    table.add(bench.u32(7), value(bench, table, 70))
    table.remove(bench.u32(0))

    table.add(bench.u32(8), value(bench, table, 8))

    assert len(table.dump()) == 8


def a_full_one_forgets(bench: Bench, kind: str) -> None:
    """It takes every key, holds no more than it may, and what it holds is right."""
    table = make(bench, kind, entries=128)
    for start in range(0, 1024, 128):
        table.add_batch(
            [(bench.u32(key), value(bench, table, key)) for key in range(start, start + 128)]
        )
    held = table.dump()

    assert 0 < len(held) <= 128
    assert all(held_value == value(bench, table, bench.number(key)) for key, held_value in held)
    # Which are forgotten depends on the CPUs; those of the last batch were the last to be used.
    assert any(bench.number(key) >= 896 for key, _ in held)


@scenario(modes="interp", needs="hash")
def hash_entries(bench: Bench) -> None:
    entries_come_and_go(bench, "hash")


@scenario(modes="interp", needs="percpu_hash")
def percpu_hash_entries(bench: Bench) -> None:
    entries_come_and_go(bench, "percpu_hash")


@scenario(modes="interp", needs="lru_hash")
def lru_hash_entries(bench: Bench) -> None:
    entries_come_and_go(bench, "lru_hash")


@scenario(modes="interp", needs="lru_percpu_hash")
def lru_percpu_hash_entries(bench: Bench) -> None:
    entries_come_and_go(bench, "lru_percpu_hash")


@scenario(modes="interp", needs="rhash")
def rhash_entries(bench: Bench) -> None:
    entries_come_and_go(bench, "rhash")


@scenario(modes="interp", needs="hash batches")
def hash_batches(bench: Bench) -> None:
    batches_say_the_same(bench, "hash")


@scenario(modes="interp", needs="percpu_hash batches")
def percpu_hash_batches(bench: Bench) -> None:
    batches_say_the_same(bench, "percpu_hash")


@scenario(modes="interp", needs="lru_hash batches")
def lru_hash_batches(bench: Bench) -> None:
    batches_say_the_same(bench, "lru_hash")


@scenario(modes="interp", needs="lru_percpu_hash batches")
def lru_percpu_hash_batches(bench: Bench) -> None:
    batches_say_the_same(bench, "lru_percpu_hash")


@scenario(modes="interp", needs="rhash")
def rhash_batches(bench: Bench) -> None:
    batches_say_the_same_in_the_end(bench, "rhash")


@scenario(modes="interp", needs="take-from-hash")
def hash_take(bench: Bench) -> None:
    a_taken_entry_is_gone(bench, "hash")


@scenario(modes="interp", needs="take-from-hash")
def percpu_hash_take(bench: Bench) -> None:
    a_taken_entry_is_gone(bench, "percpu_hash")


@scenario(modes="interp", needs="take-from-hash")
def lru_hash_take(bench: Bench) -> None:
    a_taken_entry_is_gone(bench, "lru_hash")


@scenario(modes="interp", needs="take-from-hash")
def lru_percpu_hash_take(bench: Bench) -> None:
    a_taken_entry_is_gone(bench, "lru_percpu_hash")


@scenario(modes="interp", needs="rhash")
def rhash_take(bench: Bench) -> None:
    a_taken_entry_is_gone(bench, "rhash")


@scenario(modes="interp", needs="percpu_hash")
def percpu_hash_full(bench: Bench) -> None:
    a_full_one_refuses(bench, "percpu_hash")


@scenario(modes="interp", needs="rhash")
def rhash_full(bench: Bench) -> None:
    a_full_one_refuses(bench, "rhash")


@scenario(modes="interp", needs="lru_hash batches")
def lru_hash_full(bench: Bench) -> None:
    a_full_one_forgets(bench, "lru_hash")


@scenario(modes="interp", needs="lru_percpu_hash batches")
def lru_percpu_hash_full(bench: Bench) -> None:
    a_full_one_forgets(bench, "lru_percpu_hash")


@scenario(modes="interp", needs="hash batches")
def batch_stops_at_the_entry_that_is_refused(bench: Bench) -> None:
    """generic_map_update_batch(): what came before it stays. Of flags it only takes BPF_F_LOCK."""
    table = make(bench, "hash", entries=8)
    entries = [(bench.u32(key), bench.u64(key)) for key in range(12)]
    for flags in (Update.ONLY_NEW, Update.ONLY_EXISTING, NO_FLAG):
        assert refusal(table.add_batch, entries, flags) == errno.EINVAL
    assert table.dump() == ()

    assert refusal(table.add_batch, entries) == errno.E2BIG
    assert sorted(table.dump()) == sorted(entries[:8])


@scenario(modes="interp", needs="hash batches")
def many_entries_take_many_pages(bench: Bench) -> None:
    """A page of a dump has at most 65536 entries."""
    count = 150_000
    table = make(bench, "hash", entries=count)
    entries = [(bench.u32(key), bench.u64(key * 3)) for key in range(count)]
    table.add_batch(entries)

    assert sorted(table.dump()) == sorted(entries)
    assert sum(len(page) for page in table.pages(take=True)) == count
    assert table.dump() == ()


@scenario(modes="interp", needs="hash batches")
def large_values_take_many_pages(bench: Bench) -> None:
    """A page has at most 8 MiB: here that is some 500 entries, and the last page is not full."""
    table = make(bench, "hash", entries=1200, value_size=16 * 1024)
    for start in range(0, 1200, 100):
        table.add_batch(
            [(bench.u32(key), bench.u64(key) * 2048) for key in range(start, start + 100)]
        )
    held = dict(table.dump())

    assert len(held) == 1200
    assert all(held[bench.u32(key)] == bench.u64(key) * 2048 for key in range(1200))


@scenario(modes="interp", needs="hash")
def frozen_table_is_not_changed_by_user_space(bench: Bench) -> None:
    """BPF_MAP_FREEZE: EPERM for all that writes; frozen again it is EBUSY, or EPERM later."""
    table = make(bench, "hash")
    table.add(bench.u32(1), bench.u64(10))
    table.freeze()

    assert refusal(table.add, bench.u32(1), bench.u64(11)) == errno.EPERM
    assert refusal(table.remove, bench.u32(1)) == errno.EPERM
    assert refusal(table.take, bench.u32(1)) == errno.EPERM
    assert refusal(table.freeze) in (errno.EBUSY, errno.EPERM)
    assert table.dump() == ((bench.u32(1), bench.u64(10)),)

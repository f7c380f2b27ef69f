# SPDX-License-Identifier: GPL-2.0-only
"""Tables whose values are tables: kernel/bpf/map_in_map.c.

What user space writes is a descriptor, what it reads is an id.
"""

import errno

from harness.scenario import Bench, Table, Update, refusal, scenario
from harness.values.table_spec import TABLE_TYPES, TableSpec


def without_pattern(bench: Bench, kind: str) -> Table:
    return bench.guest.table("outer", type=kind, entries=4, key_size=4, value_size=4)


def pattern(kind: str = "hash", *, value_size: int = 8) -> TableSpec:
    """What the tables in a table of tables must be like."""
    return TableSpec("pattern", TABLE_TYPES.index(kind), 4, value_size, 4)


def of_tables(bench: Bench, kind: str) -> Table:
    return bench.guest.table(
        "outer", type=kind, entries=4, key_size=4, value_size=4, inner=pattern()
    )


def inner(bench: Bench, kind: str = "hash", *, value_size: int = 8, entries: int = 4) -> Table:
    return bench.guest.table("inner", type=kind, entries=entries, key_size=4, value_size=value_size)


def names_tables(bench: Bench, kind: str) -> None:
    """A slot takes only what is like the pattern (EINVAL), and gives the id of what is in it."""
    outer, first, second = of_tables(bench, kind), inner(bench), inner(bench)
    outer.add_table(bench.u32(0), first)
    outer.add_table(bench.u32(1), second)
    one, two = outer.lookup(bench.u32(0)), outer.lookup(bench.u32(1))
    assert one is not None
    assert two is not None
    assert bench.number(one) in bench.guest.health().objects.tables
    assert one != two

    assert refusal(outer.add_table, bench.u32(2), inner(bench, value_size=4)) == errno.EINVAL
    assert refusal(outer.add_table, bench.u32(2), inner(bench, "lru_hash")) == errno.EINVAL
    assert refusal(outer.add, bench.u32(2), bench.u32(4000)) == errno.EBADF
    assert outer.lookup(bench.u32(2)) is None
    outer.add_table(bench.u32(0), second)
    assert outer.lookup(bench.u32(0)) == two
    outer.remove(bench.u32(0))
    assert dict(outer.dump()) == {bench.u32(1): two}


@scenario(modes="interp", needs="array_of_maps fd-array-slots")
def array_of_tables(bench: Bench) -> None:
    names_tables(bench, "array_of_maps")
    beyond = of_tables(bench, "array_of_maps")
    assert refusal(beyond.add_table, bench.u32(4), inner(bench)) == errno.E2BIG
    new = Update.ONLY_NEW
    assert refusal(beyond.add_table, bench.u32(1), inner(bench), new) == errno.EINVAL


@scenario(modes="interp", needs="hash_of_maps")
def hash_of_tables(bench: Bench) -> None:
    names_tables(bench, "hash_of_maps")
    outer = of_tables(bench, "hash_of_maps")
    outer.add_table(bench.u32(7), inner(bench), Update.ONLY_NEW)
    assert refusal(outer.add_table, bench.u32(7), inner(bench), Update.ONLY_NEW) == errno.EEXIST
    assert refusal(outer.remove, bench.u32(8)) == errno.ENOENT


@scenario(modes="interp", needs="hash_of_maps")
def full_hash_of_tables_refuses(bench: Bench) -> None:
    """E2BIG for a new key; a known one takes another table, and one that has gone makes room."""
    outer, other = of_tables(bench, "hash_of_maps"), inner(bench)
    for key in range(4):
        outer.add_table(bench.u32(key), inner(bench))
    before = dict(outer.dump())
    assert refusal(outer.add_table, bench.u32(4), other) == errno.E2BIG
    assert dict(outer.dump()) == before
    outer.add_table(bench.u32(3), other, Update.ONLY_EXISTING)
    outer.remove(bench.u32(0))
    outer.add_table(bench.u32(4), other)

    held = dict(outer.dump())
    assert sorted(held) == sorted(bench.u32(key) for key in (1, 2, 3, 4))
    assert held[bench.u32(3)] == held[bench.u32(4)] != before[bench.u32(3)]
    assert {key: outer.lookup(key) for key in held} == held


@scenario(modes="interp", needs="array_of_maps hash_of_maps")
def tables_of_tables_nest_once(bench: Bench) -> None:
    """And need a pattern: EINVAL for one that holds tables itself, and for what is no table."""
    assert refusal(without_pattern, bench, "array_of_maps") in (errno.EBADF, errno.EINVAL)
    assert refusal(without_pattern, bench, "hash_of_maps") in (errno.EBADF, errno.EINVAL)
    nested = TableSpec("nested", TABLE_TYPES.index("array_of_maps"), 4, 4, 2, inner=pattern())
    assert (
        refusal(
            bench.guest.table,
            "outer",
            type="hash_of_maps",
            entries=4,
            key_size=4,
            value_size=4,
            inner=nested,
        )
        == errno.EINVAL
    )

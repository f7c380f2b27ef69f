# SPDX-License-Identifier: GPL-2.0-only
"""Tables that a filter counts in while user space reads, fills and owns them."""

from harness.scenario import Bench, LoadOptions, Table, scenario

FOLDERS = "/tmp/a /tmp/b /tmp/c"


def remove_folders(bench: Bench, *, cpu: int | None = None) -> None:
    """Make three folders, then remove them, on one CPU if it is named."""
    on = "" if cpu is None else f"taskset {1 << cpu:x} "
    assert bench.guest.shell(f"mkdir {FOLDERS} && {on}rmdir {FOLDERS}").wait() == 0


def values(bench: Bench, table: Table, key: bytes) -> list[int]:
    """The values that a per-CPU table has for a key; each takes 8 bytes whatever its size."""
    data = table.lookup(key)
    assert data is not None
    size = table.spec.value_size
    return [bench.number(data[at : at + size]) for at in range(0, len(data), 8)]


@scenario(needs="kprobe")
def a_hash_is_filled_and_read_while_a_filter_counts_in_it(bench: Bench) -> None:
    loaded = bench.load("shared_counters.c")
    chosen = loaded.tables["chosen"]
    loaded.filters["count"].attach()
    remove_folders(bench)
    before = chosen.dump()

    chosen.add(bench.u32(1), bench.u64(100))
    remove_folders(bench)
    chosen.add(bench.u32(2), bench.u64(2000))
    remove_folders(bench)

    assert before == ()
    assert sorted(chosen.dump()) == sorted(
        [(bench.u32(1), bench.u64(106)), (bench.u32(2), bench.u64(2003))]
    )
    chosen.remove(bench.u32(1))
    remove_folders(bench)
    assert chosen.dump() == ((bench.u32(2), bench.u64(2006)),)


@scenario(needs="kprobe two-cpus")
def every_cpu_has_counters_of_its_own(bench: Bench) -> None:
    loaded = bench.load("shared_counters.c")
    loaded.filters["count"].attach()

    remove_folders(bench, cpu=0)
    remove_folders(bench, cpu=1)
    remove_folders(bench, cpu=1)

    assert values(bench, loaded.tables["per_cpu"], bench.u32(0))[:2] == [3, 6]
    assert values(bench, loaded.tables["per_cpu_hash"], bench.u64(7))[:2] == [3, 6]


@scenario(needs="kprobe")
def user_space_sets_the_counters_of_all_cpus(bench: Bench) -> None:
    loaded = bench.load("shared_counters.c")
    table = loaded.tables["per_cpu"]
    cpus = table.value_size // 8
    table.add(bench.u32(0), b"".join(bench.u64(1000 * (cpu + 1)) for cpu in range(cpus)))
    loaded.filters["count"].attach()

    remove_folders(bench, cpu=0)

    others = [1000 * (cpu + 1) for cpu in range(1, cpus)]
    assert values(bench, table, bench.u32(0)) == [1003, *others]


@scenario(needs="kprobe")
def a_table_that_was_there_first_is_counted_in(bench: Bench) -> None:
    """It outlives the filter, which does not start it anew."""
    table = bench.guest.table("mine", entries=8, key_size=4, value_size=8)
    table.add(bench.u32(2), bench.u64(50))
    for _ in range(2):
        loaded = bench.load("shared_counters.c", LoadOptions(reuse={"chosen": table.ref}))
        loaded.filters["count"].attach()
        remove_folders(bench)
        loaded.close()
    remove_folders(bench)

    assert table.dump() == ((bench.u32(2), bench.u64(56)),)


@scenario(needs="kprobe")
def two_objects_count_in_one_table(bench: Bench) -> None:
    table = bench.guest.table("ours", entries=8, key_size=4, value_size=8)
    table.add(bench.u32(1), bench.u64(0))
    options = LoadOptions(reuse={"chosen": table.ref})
    one, other = (bench.load("shared_counters.c", options) for _ in range(2))
    one.filters["count"].attach()
    other.filters["count"].attach()

    remove_folders(bench)
    one.close()
    remove_folders(bench)

    assert table.lookup(bench.u32(1)) == bench.u64(9)

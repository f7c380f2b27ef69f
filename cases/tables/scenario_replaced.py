# SPDX-License-Identifier: GPL-2.0-only
"""User space replaces what filters on both CPUs go by at every run: each finds one or the other.

bpf_fd_array_map_update_elem() of kernel/bpf/arraymap.c exchanges it.
"""

from collections.abc import Callable

from harness.scenario import Bench, LoadOptions, Table, scenario
from harness.values.deadline import Deadline

BUSY = "while :; do echo; done > /dev/null"
# Of counts in replaced.c.
RUNS, FIRST, SECOND, NEITHER = range(4)
ENOUGH = 2000
PATIENCE_S = 30.0


def total(bench: Bench, table: Table, slot: int) -> int:
    """Of all CPUs."""
    value = table.lookup(bench.u32(slot))
    assert value is not None
    return sum(bench.number(each) for each in table.split(value))


def while_both_cpus_run(
    bench: Bench, counts: Table, stop: Callable[[], None], change: Callable[[int], None]
) -> None:
    """Change it for the 0th, 1st … time until the filter has run often enough."""
    works = [bench.guest.shell(f"exec taskset {mask} sh -c '{BUSY}'") for mask in (1, 2)]
    deadline = Deadline.after(PATIENCE_S)
    times = 0
    while total(bench, counts, RUNS) < ENOUGH or times < 50:
        assert not deadline.expired, f"{total(bench, counts, RUNS)} runs, {times} changes"
        change(times)
        times += 1
    stop()
    for work in works:
        work.kill()
    assert [work.wait() for work in works] == [128 + 9] * 2


@scenario(modes="interp jit", needs="two-cpus prog_array")
def filter_to_jump_to_is_replaced(bench: Bench) -> None:
    """No slot is ever seen empty, and no run is lost."""
    loaded = bench.load("replaced.c", LoadOptions(filters=("jump", "to_first", "to_second")))
    counts, jumps = loaded.tables["counts"], loaded.tables["jumps"]
    targets = [loaded.filters[name].ref for name in ("to_first", "to_second")]
    jumps.add_filter(bench.u32(0), targets[0])
    link = loaded.filters["jump"].attach("raw_tp/sys_enter")

    def change(times: int) -> None:
        jumps.add_filter(bench.u32(0), targets[times % 2])

    while_both_cpus_run(bench, counts, link.detach, change)

    runs, first, second, neither = (total(bench, counts, slot) for slot in range(4))
    assert neither == 0
    assert first
    assert second
    assert first + second == runs


@scenario(modes="interp jit", needs="two-cpus array_of_maps")
def table_to_count_in_is_replaced(bench: Bench) -> None:
    loaded = bench.load("replaced.c", LoadOptions(filters=("count_inside",)))
    counts, outer = loaded.tables["counts"], loaded.tables["outer"]
    inner = [loaded.tables[name] for name in ("first", "second")]
    outer.add_table(bench.u32(0), inner[0])
    link = loaded.filters["count_inside"].attach("raw_tp/sys_enter")

    def change(times: int) -> None:
        outer.add_table(bench.u32(0), inner[times % 2])

    while_both_cpus_run(bench, counts, link.detach, change)

    found = [total(bench, table, 0) for table in inner]
    assert total(bench, counts, NEITHER) == 0
    assert all(found)
    assert sum(found) == total(bench, counts, RUNS)


@scenario(modes="interp jit", needs="two-cpus lpm_trie")
def longer_prefix_comes_and_goes(bench: Bench) -> None:
    """The shorter one is always found where the longer one is not."""
    loaded = bench.load("replaced.c", LoadOptions(filters=("find_route",)))
    counts, routes = loaded.tables["counts"], loaded.tables["routes"]
    longer = bench.u32(16) + bytes((10, 1, 0, 0))
    routes.add(bench.u32(8) + bytes((10, 0, 0, 0)), bench.u32(FIRST))
    link = loaded.filters["find_route"].attach("raw_tp/sys_enter")

    def change(times: int) -> None:
        if times % 2:
            routes.remove(longer)
        else:
            routes.add(longer, bench.u32(SECOND))

    while_both_cpus_run(bench, counts, link.detach, change)

    runs, first, second, neither = (total(bench, counts, slot) for slot in range(4))
    assert neither == 0
    assert first
    assert second
    assert first + second == runs

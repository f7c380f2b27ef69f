# SPDX-License-Identifier: GPL-2.0-only
"""Filters that print, run, call themselves or take tables without measure: the kernel lives."""

from harness.scenario import Bench, LoadOptions, scenario

PACKET = bytes(64)


@scenario()
def a_test_run_is_repeated_300000_times(bench: Bench) -> None:
    loaded = bench.load("limits.c", LoadOptions(filters=("nothing",)))

    run = loaded.filters["nothing"].run(PACKET, repeat=300_000)

    assert (run.errno, run.retval) == (0, 1)


@scenario(needs="tracefs")
def a_flood_of_lines_is_bounded(bench: Bench) -> None:
    """The kernel drops what the buffer has no room for; lines that come are whole and in order."""
    loaded = bench.load("limits.c", LoadOptions(filters=("print_500_lines",)))
    trace = bench.guest.trace()
    runs = 20
    for _ in range(runs):
        assert loaded.filters["print_500_lines"].run().errno == 0

    messages = [line.message for line in trace.stop() if "LOST" not in line.text]

    numbers = [int(message.removeprefix("line ")) for message in messages]
    assert 500 <= len(numbers) <= runs * 500
    assert all(0 <= number < 500 for number in numbers)


@scenario(needs="kprobe")
def a_probe_of_its_own_helper_does_not_recurse(bench: Bench) -> None:
    """trace_call_bpf() and the kprobe itself let it run once for each call from outside."""
    names = ("probe_of_its_own_helper", "update")
    loaded = bench.load("limits.c", LoadOptions(filters=names))
    loaded.filters["probe_of_its_own_helper"].attach()
    for _ in range(10):
        assert loaded.filters["update"].run().retval == 0

    assert loaded.tables["counted"].lookup(bench.u32(1)) == bench.u64(10)


@scenario(needs="fentry recursion-prevention")
def a_trampoline_of_its_own_helper_does_not_recurse(bench: Bench) -> None:
    """__bpf_prog_enter_recur() counts what runs on this CPU, and misses the inner call."""
    names = ("trampoline_of_its_own_helper", "update")
    loaded = bench.load("limits.c", LoadOptions(filters=names))
    loaded.filters["trampoline_of_its_own_helper"].attach()
    for _ in range(10):
        assert loaded.filters["update"].run().retval == 0

    assert loaded.tables["counted"].lookup(bench.u32(1)) == bench.u64(10)


@scenario()
def many_tables_are_created_and_closed(bench: Bench) -> None:
    """All of them there at once, of several types, and used."""
    kinds = ("hash", "array", "lru_hash", "percpu_hash", "percpu_array")
    tables = [
        bench.guest.table(f"table{number}", entries=4, key_size=4, value_size=8, type=kind)
        for number, kind in enumerate(kinds * 40)
    ]
    for number, table in enumerate(tables):
        table.add(bench.u32(number % 4), bytes(table.value_size))
    for table in tables:
        table.close()
    again = bench.guest.table("again", entries=4, key_size=4, value_size=8)

    again.add(bench.u32(1), bench.u64(2))
    assert again.dump() == ((bench.u32(1), bench.u64(2)),)

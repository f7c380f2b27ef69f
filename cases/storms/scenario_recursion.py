# SPDX-License-Identifier: GPL-2.0-only
"""Filters that set off their own event: each runs once for what comes from outside."""

from harness.scenario import Bench, LoadedObject, LoadOptions, scenario

TIMES = 10


def load(bench: Bench, *names: str) -> LoadedObject:
    return bench.load("recursion.c", LoadOptions(filters=names))


def total(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    data = loaded.tables["counts"].lookup(bench.u32(slot))
    assert data is not None
    return sum(bench.number(data[at : at + 8]) for at in range(0, len(data), 8))


@scenario(needs="kprobe")
def two_probes_of_each_others_helper(bench: Bench) -> None:
    loaded = load(bench, "other_of_hash", "other_of_lru", "update_hash")
    loaded.filters["other_of_hash"].attach()
    loaded.filters["other_of_lru"].attach()
    for _ in range(TIMES):
        assert loaded.filters["update_hash"].run().errno == 0

    assert (total(bench, loaded, 0), total(bench, loaded, 1)) == (TIMES, 0)


@scenario(needs="tracefs nested-trace_printk")
def printing_when_something_is_printed(bench: Bench) -> None:
    """By a filter of the tracepoint that bpf_trace_printk() itself is."""
    loaded = load(bench, "print_when_printed", "print")
    loaded.filters["print_when_printed"].attach()
    for _ in range(TIMES):
        assert loaded.filters["print"].run().errno == 0

    assert total(bench, loaded, 0) == TIMES


@scenario(needs="kprobe")
def a_probe_of_the_helper_it_calls(bench: Bench) -> None:
    loaded = load(bench, "name_when_named", "take_name")
    loaded.filters["name_when_named"].attach()
    for _ in range(TIMES):
        assert loaded.filters["take_name"].run().retval == 0

    assert total(bench, loaded, 0) == TIMES


@scenario(needs="tracefs")
def a_signal_for_each_signal(bench: Bench) -> None:
    """Sent from where one is being sent, with the lock of signals held: put off until it is not."""
    loaded = load(bench, "signal_when_signalled")
    loaded.filters["signal_when_signalled"].attach()
    work = "for i in 1 2 3 4 5 6 7 8; do kill -URG $$; done; usleep 20000"
    assert bench.guest.shell(work).wait() == 0

    assert total(bench, loaded, 0) >= 8

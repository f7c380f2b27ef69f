# SPDX-License-Identifier: GPL-2.0-only
"""Filters on perf events, one on each CPU: what ends the association, and what does not."""

from harness.guest.links import Link
from harness.scenario import Bench, LoadOptions, scenario

EVENT = "perf_event/page-faults"
FAULTS = 16

# Of struct calls in association.h: the number of runs is its first member.
CALLS_SIZE = 80


class Counter:
    """A filter that counts the page faults of triggers, in a table that is not its object's."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.calls = bench.guest.table(
            "calls", entries=1, key_size=4, value_size=CALLS_SIZE, type="array"
        )
        reuse = {"calls": self.calls.ref}
        self.loaded = bench.load("association.c", LoadOptions(filters=("counter_1",), reuse=reuse))

    def attach(self, *, owned: bool = False) -> Link:
        return self.loaded.filters["counter_1"].attach(EVENT, owned=owned)

    def counted(self) -> int:
        """How many of at least 16 page faults it has seen."""
        self.calls.add(self.bench.u32(0), bytes(CALLS_SIZE))
        self.bench.fire(f"@fault {FAULTS}")
        return self.bench.number((self.calls.lookup(self.bench.u32(0)) or b"")[:4])


@scenario(needs="perf-events")
def a_counter_is_gone_with_its_owner(bench: Bench) -> None:
    """Whose descriptors nobody else has."""
    counter = Counter(bench)
    owned = counter.attach(owned=True)
    assert counter.counted() >= FAULTS

    owned.detach()

    assert counter.counted() == 0
    assert bench.guest.health().perf_events == 0


@scenario(needs="perf-events")
def a_counter_keeps_the_filter_of_an_unloaded_object(bench: Bench) -> None:
    counter = Counter(bench)
    link = counter.attach()

    counter.loaded.submit_close().result()

    assert counter.counted() >= FAULTS
    link.detach()
    assert counter.counted() == 0

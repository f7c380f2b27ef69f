# SPDX-License-Identifier: GPL-2.0-only
"""Filters and events are associated many to many, and each association ends by itself.

Nothing else in the guest makes or removes folders, so every count is exact.
"""

from harness.scenario import Bench, LoadedObject, scenario

MAKE = "kprobe/vfs_mkdir"
REMOVE = "kprobe/shmem_rmdir"


def pull(bench: Bench, *, times: int) -> None:
    """Make and remove a folder that many times."""
    folders = " ".join(f"/tmp/folder{number}" for number in range(times))
    assert bench.guest.shell(f"mkdir {folders} && rmdir {folders}").wait() == 0


def counts(bench: Bench, loaded: LoadedObject) -> tuple[int, int]:
    """What the two filters have counted so far."""
    first, second = (bench.number(value) for _, value in loaded.tables["counts"].dump())
    return first, second


@scenario(needs="kprobe")
def one_filter_on_several_events(bench: Bench) -> None:
    loaded = bench.load("count.c")
    first = loaded.filters["first"]
    first.attach(MAKE)
    first.attach(REMOVE)

    pull(bench, times=3)

    assert counts(bench, loaded) == (6, 0)


@scenario(needs="kprobe")
def several_filters_on_one_event(bench: Bench) -> None:
    loaded = bench.load("count.c")
    loaded.filters["first"].attach(MAKE)
    loaded.filters["second"].attach(MAKE)

    pull(bench, times=5)

    assert counts(bench, loaded) == (5, 5)


@scenario(needs="kprobe")
def one_filter_twice_on_one_event_runs_twice(bench: Bench) -> None:
    loaded = bench.load("count.c")
    loaded.filters["second"].attach(REMOVE)
    loaded.filters["second"].attach(REMOVE)

    pull(bench, times=4)

    assert counts(bench, loaded) == (0, 8)


@scenario(needs="kprobe")
def links_end_one_by_one(bench: Bench) -> None:
    loaded = bench.load("count.c")
    first = loaded.filters["first"]
    on_make, on_remove = first.attach(MAKE), first.attach(REMOVE)
    pull(bench, times=1)
    both = counts(bench, loaded)

    on_make.detach()
    pull(bench, times=3)
    one = counts(bench, loaded)
    on_remove.detach()
    pull(bench, times=3)

    assert (both, one, counts(bench, loaded)) == ((2, 0), (5, 0), (5, 0))


@scenario(needs="kprobe")
def all_links_of_a_filter_end_together(bench: Bench) -> None:
    """The other filter of the object stays where it is."""
    loaded = bench.load("count.c")
    first, second = loaded.filters["first"], loaded.filters["second"]
    for event in (MAKE, REMOVE, "kprobe/do_truncate"):
        first.attach(event)
    second.attach(REMOVE)

    first.detach()
    pull(bench, times=4)

    assert counts(bench, loaded) == (0, 4)
    loaded.detach()
    pull(bench, times=4)
    assert counts(bench, loaded) == (0, 4)


@scenario(needs="kprobe")
def an_event_can_be_attached_to_again(bench: Bench) -> None:
    loaded = bench.load("count.c")
    for _ in range(3):
        link = loaded.filters["first"].attach(MAKE)
        pull(bench, times=2)
        link.detach()
        pull(bench, times=1)

    assert counts(bench, loaded) == (6, 0)

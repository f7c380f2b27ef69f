# SPDX-License-Identifier: GPL-2.0-only
"""Tables that have no keys, from user space: queue, stack, bloom filter, and rings' sizes.

kernel/bpf/queue_stack_maps.c, bloom_filter.c, ringbuf.c.
"""

import errno

from harness.scenario import Bench, Table, Update, refusal, scenario


def make(
    bench: Bench,
    kind: str,
    *,
    entries: int = 3,
    value_size: int = 4,
    key_size: int = 0,
    extra: int = 0,
) -> Table:
    return bench.guest.table(
        "table", type=kind, entries=entries, key_size=key_size, value_size=value_size, extra=extra
    )


def filled(bench: Bench, kind: str) -> Table:
    table = make(bench, kind)
    for number in (1, 2, 3):
        table.add(b"", bench.u32(number))
    return table


def all_of(bench: Bench, table: Table) -> list[int]:
    """Taken out one after the other, until none is left."""
    numbers = []
    while (value := table.take()) is not None:
        numbers.append(bench.number(value))
    return numbers


@scenario(modes="interp", needs="queue")
def queue_gives_what_came_first(bench: Bench) -> None:
    table = filled(bench, "queue")

    assert table.lookup() == bench.u32(1)
    assert all_of(bench, table) == [1, 2, 3]
    assert table.lookup() is None


@scenario(modes="interp", needs="stack")
def stack_gives_what_came_last(bench: Bench) -> None:
    table = filled(bench, "stack")

    assert table.lookup() == bench.u32(3)
    assert all_of(bench, table) == [3, 2, 1]
    assert table.lookup() is None


@scenario(modes="interp", needs="queue")
def full_queue_refuses_or_forgets_the_first(bench: Bench) -> None:
    """BPF_EXIST makes room at the other end."""
    table = filled(bench, "queue")
    assert refusal(table.add, b"", bench.u32(4)) == errno.E2BIG
    table.add(b"", bench.u32(4), Update.ONLY_EXISTING)

    assert all_of(bench, table) == [2, 3, 4]


@scenario(modes="interp", needs="stack")
def full_stack_refuses_or_forgets_the_first(bench: Bench) -> None:
    table = filled(bench, "stack")
    assert refusal(table.add, b"", bench.u32(4)) == errno.E2BIG
    table.add(b"", bench.u32(4), Update.ONLY_EXISTING)

    assert all_of(bench, table) == [4, 3, 2]


def nothing_but_push_and_pop(bench: Bench, kind: str) -> None:
    """No key to name, none to go on from; EINVAL, and ENOTSUPP for a batch."""
    table = filled(bench, kind)
    assert refusal(table.add, b"", bench.u32(4), Update.ONLY_NEW) == errno.EINVAL
    assert refusal(table.remove, b"") == errno.EINVAL
    assert refusal(table.dump) == errno.EINVAL
    assert refusal(table.take, flags=Update.LOCKED) == errno.EINVAL
    assert len(all_of(bench, table)) == 3


@scenario(modes="interp", needs="queue")
def queue_knows_nothing_else(bench: Bench) -> None:
    nothing_but_push_and_pop(bench, "queue")


@scenario(modes="interp", needs="stack")
def stack_knows_nothing_else(bench: Bench) -> None:
    nothing_but_push_and_pop(bench, "stack")


@scenario(modes="interp", needs="queue stack")
def queue_and_stack_sizes(bench: Bench) -> None:
    for kind in ("queue", "stack"):
        assert refusal(make, bench, kind, entries=0) == errno.EINVAL
        assert refusal(make, bench, kind, value_size=0) == errno.EINVAL
        assert refusal(make, bench, kind, key_size=4) == errno.EINVAL
        assert refusal(make, bench, kind, value_size=1 << 30) == errno.E2BIG
        table = make(bench, kind, entries=2, value_size=100_000)
        table.add(b"", b"\xee" * 100_000)
        assert table.take() == b"\xee" * 100_000


@scenario(modes="interp", needs="bloom_filter")
def bloom_filter_never_denies_what_it_was_given(bench: Bench) -> None:
    table = make(bench, "bloom_filter", entries=1000)
    for number in range(300):
        table.add(b"", bench.u32(number))

    assert all(table.may_hold(bench.u32(number)) for number in range(300))
    wrong = sum(table.may_hold(bench.u32(number)) for number in range(1000, 1300))
    assert wrong < 30, "one in ten of those that are not in it"


@scenario(modes="interp", needs="bloom_filter")
def bloom_filter_keeps_all_for_ever(bench: Bench) -> None:
    """map_extra is the number of hashes, at most 15; nothing is removed or listed."""
    table = make(bench, "bloom_filter", extra=15)
    table.add(b"", bench.u32(1))

    assert refusal(table.remove, b"") == errno.EOPNOTSUPP
    assert refusal(table.dump) == errno.EOPNOTSUPP
    assert refusal(table.add, b"", bench.u32(2), Update.ONLY_NEW) == errno.EINVAL
    assert refusal(make, bench, "bloom_filter", extra=16) == errno.EINVAL
    assert refusal(make, bench, "bloom_filter", key_size=4) == errno.EINVAL
    assert refusal(make, bench, "bloom_filter", entries=0) == errno.EINVAL
    assert not make(bench, "bloom_filter").may_hold(bench.u32(1))


@scenario(modes="interp", needs="hash")
def extra_is_for_those_that_have_it(bench: Bench) -> None:
    assert refusal(make, bench, "hash", key_size=4, extra=1) == errno.EINVAL


@scenario(modes="interp", needs="ringbuf")
def ring_sizes(bench: Bench) -> None:
    """Whole pages, a power of two of bytes, and neither key nor value: ringbuf_map_alloc()."""
    for entries in (0, 1, 65536 + 4096, 3 * 65536):
        assert refusal(make, bench, "ringbuf", entries=entries, value_size=0) == errno.EINVAL
    assert refusal(make, bench, "ringbuf", entries=65536, value_size=4) == errno.EINVAL
    table = make(bench, "ringbuf", entries=65536, value_size=0)

    assert refusal(table.dump) == 524
    assert refusal(table.lookup) == 524
    assert refusal(table.remove, b"") == 524

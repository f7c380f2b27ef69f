# SPDX-License-Identifier: GPL-2.0-only
"""What tables of slots, of memory and of storage cannot be like: map_alloc_check() of each type.

For hashes, arrays, tries, queues and rings of records it is shown where their entries are.
"""

import errno
from dataclasses import dataclass, replace

from harness.scenario import Bench, ScenarioSpec, refusal, scenario
from harness.values.table_spec import TABLE_TYPES, TableSpec

NO_FLAG = 1 << 20
MMAPABLE = 1 << 10
# Whole pages, whatever the machine's have.
RING = 1 << 16
HUGE = 0xFFFFFFFF
# Too much for the type, or for the memory that there is.
TOO_MUCH = (errno.E2BIG, errno.ENOMEM, errno.EINVAL)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is made of; sizes in bytes."""

    type: str
    key_size: int = 4
    value_size: int = 4
    entries: int = 4
    flags: int = 0
    extra: int = 0
    inner: TableSpec | None = None


PATTERN = TableSpec("pattern", TABLE_TYPES.index("hash"), 4, 8, 4)
EMPTY: dict[str, int] = {"entries": 0}
UNKNOWN: dict[str, int] = {"flags": NO_FLAG}
WIDE_KEY: dict[str, int] = {"key_size": 8}
WIDE_VALUE: dict[str, int] = {"value_size": 16}
IN_SLOTS = (EMPTY, UNKNOWN, WIDE_KEY, WIDE_VALUE, {"value_size": 0})
IN_STORAGE = ({"key_size": 4}, {"value_size": 0}, {"entries": 1}, UNKNOWN)
IN_RING = (EMPTY, UNKNOWN, {"key_size": 4}, {"value_size": 4}, {"entries": RING + 1})

# What each is like, and what makes it EINVAL.
KINDS = (
    (Shape("prog_array"), IN_SLOTS),
    (Shape("perf_event_array"), IN_SLOTS),
    (Shape("cgroup_array"), IN_SLOTS),
    (Shape("array_of_maps", inner=PATTERN), IN_SLOTS),
    (Shape("hash_of_maps", inner=PATTERN), (EMPTY, UNKNOWN, {"key_size": 0}, WIDE_VALUE)),
    (Shape("devmap"), IN_SLOTS),
    (Shape("devmap_hash"), IN_SLOTS),
    (Shape("sockmap"), IN_SLOTS),
    (Shape("sockhash"), (EMPTY, UNKNOWN, {"key_size": 0}, WIDE_VALUE)),
    (Shape("cpumap"), IN_SLOTS),
    (Shape("xskmap"), IN_SLOTS),
    (Shape("reuseport_sockarray"), IN_SLOTS),
    (Shape("cgroup_storage", key_size=16, entries=0), IN_STORAGE),
    (Shape("percpu_cgroup_storage", key_size=16, entries=0), IN_STORAGE),
    (Shape("user_ringbuf", key_size=0, value_size=0, entries=RING), IN_RING),
    (
        Shape("arena", key_size=0, value_size=0, flags=MMAPABLE),
        (EMPTY, {"flags": 0}, {"key_size": 4}, {"value_size": 4}, {"extra": 1}),
    ),
)


def answer(bench: Bench, shape: Shape) -> int:
    """The errno with which such a table is refused, or 0."""
    return refusal(
        bench.guest.table,
        "made",
        type=shape.type,
        entries=shape.entries,
        key_size=shape.key_size,
        value_size=shape.value_size,
        flags=shape.flags,
        extra=shape.extra,
        inner=shape.inner,
    )


def declare(shape: Shape, wrong: tuple[dict[str, int], ...]) -> ScenarioSpec:
    def run(bench: Bench) -> None:
        assert answer(bench, shape) == 0
        said = {str(each): answer(bench, replace(shape, **each)) for each in wrong}
        assert said == dict.fromkeys(said, errno.EINVAL)
        # For a sockhash see below.
        if shape.entries and shape.type != "sockhash":
            assert answer(bench, replace(shape, entries=HUGE)) in TOO_MUCH

    run.__name__ = f"{shape.type}_is_made_as_it_must_be"
    return scenario(modes="interp", needs=shape.type)(run)


globals().update({spec.name: spec for spec in (declare(*kind) for kind in KINDS)})


@scenario(modes="interp", needs="sockhash")
def key_of_a_sockhash_ends_with_the_stack(bench: Bench) -> None:
    """MAX_BPF_STACK, 512 bytes: a filter could not say a longer one."""
    assert answer(bench, Shape("sockhash", key_size=512)) == 0
    assert answer(bench, Shape("sockhash", key_size=513)) == errno.E2BIG


@scenario(modes="interp", needs="sockhash sockhash-entries")
def sockhash_is_not_as_large_as_can_be_said(bench: Bench) -> None:
    """Its buckets are as many as a power of two, and that one has no room in 32 bits."""
    assert answer(bench, Shape("sockhash", entries=HUGE)) in TOO_MUCH


@scenario(modes="interp", needs="cgroup_storage")
def value_of_a_cgroup_is_not_without_end(bench: Bench) -> None:
    shape = Shape("cgroup_storage", key_size=16, entries=0, value_size=1 << 30)
    assert answer(bench, shape) == errno.E2BIG

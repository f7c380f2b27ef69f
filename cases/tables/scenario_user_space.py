# SPDX-License-Identifier: GPL-2.0-only
"""Tables as user space works on them through bpf(2): what it may do, and how it is refused."""

import errno
from collections.abc import Callable

from harness.guest.table_errors import TableError, table_type
from harness.scenario import Bench, Table, Update, UsageError, scenario
from harness.values.table_spec import TableSpec

# BPF_F_NO_PREALLOC of linux/bpf.h, without which there is no lpm_trie.
NO_PREALLOC = 1

PACKET = bytes(64)


def make(bench: Bench, kind: str, *, entries: int = 4, value_size: int = 8) -> Table:
    """A table with keys of 4 bytes."""
    return bench.guest.table("table", entries=entries, key_size=4, value_size=value_size, type=kind)


def refusal(operation: Callable[[], object]) -> int:
    """The errno with which the kernel refuses it; 0 if it does not."""
    try:
        operation()
    except TableError as error:
        return error.errno
    return 0


def complaint(operation: Callable[[], object]) -> str:
    """What the host says to a wrong use of a table; nothing if it lets it pass."""
    try:
        operation()
    except UsageError as error:
        return error.message
    return ""


@scenario(modes="jit")
def a_hash_holds_what_was_added(bench: Bench) -> None:
    """Tables do not depend on how filters are executed: one mode is enough."""
    table = make(bench, "hash")
    table.add(bench.u32(7), bench.u64(70))
    table.add(bench.u32(8), bench.u64(80))
    table.add(bench.u32(7), bench.u64(71))
    assert table.lookup(bench.u32(7)) == bench.u64(71)
    assert table.lookup(bench.u32(9)) is None
    assert sorted(table.dump()) == sorted(
        [(bench.u32(7), bench.u64(71)), (bench.u32(8), bench.u64(80))]
    )

    table.remove(bench.u32(7))

    assert table.lookup(bench.u32(7)) is None
    assert table.dump() == ((bench.u32(8), bench.u64(80)),)


@scenario(modes="jit")
def a_full_hash_takes_no_more(bench: Bench) -> None:
    """E2BIG for a new key; known keys still change, and a removed one makes room."""
    table = make(bench, "hash")
    for key in range(4):
        table.add(bench.u32(key), bench.u64(key))

    assert refusal(lambda: table.add(bench.u32(4), bench.u64(4))) == errno.E2BIG
    table.add(bench.u32(3), bench.u64(33))
    table.remove(bench.u32(0))
    table.add(bench.u32(4), bench.u64(4))
    assert len(table.dump()) == 4


@scenario(modes="jit")
def a_full_lru_hash_forgets(bench: Bench) -> None:
    """It never refuses, and never holds more than it may."""
    table = make(bench, "lru_hash", entries=64)
    later = [table.submit_add(bench.u32(key), bench.u64(key)) for key in range(1000)]
    assert {each.result() for each in later} == {0}

    assert table.lookup(bench.u32(999)) == bench.u64(999)
    assert 0 < len(table.dump()) <= 64


@scenario(modes="jit")
def updates_ask_for_new_or_for_known_keys(bench: Bench) -> None:
    table = make(bench, "hash")
    one, two = bench.u64(1), bench.u64(2)
    key = bench.u32(5)

    assert refusal(lambda: table.add(key, one, Update.ONLY_EXISTING)) == errno.ENOENT
    assert refusal(lambda: table.add(key, one, Update.ONLY_NEW)) == 0
    assert refusal(lambda: table.add(key, two, Update.ONLY_NEW)) == errno.EEXIST
    assert table.lookup(key) == one
    assert refusal(lambda: table.add(key, two, Update.ONLY_EXISTING)) == 0
    assert table.lookup(key) == two
    assert refusal(lambda: table.remove(bench.u32(6))) == errno.ENOENT


@scenario(modes="jit")
def an_array_is_always_full(bench: Bench) -> None:
    """All its keys are there, with zeros, and none can be removed or added."""
    table = make(bench, "array")
    zero, one = bench.u64(0), bench.u64(1)
    assert table.dump() == tuple((bench.u32(key), zero) for key in range(4))

    table.add(bench.u32(3), one)

    assert [value for _, value in table.dump()] == [zero, zero, zero, one]
    assert table.lookup(bench.u32(4)) is None
    assert refusal(lambda: table.add(bench.u32(4), one)) == errno.E2BIG
    assert refusal(lambda: table.add(bench.u32(0), one, Update.ONLY_NEW)) == errno.EEXIST
    assert refusal(lambda: table.remove(bench.u32(0))) == errno.EINVAL


@scenario(modes="jit")
def a_per_cpu_table_has_a_value_for_each_cpu(bench: Bench) -> None:
    """Each takes a multiple of 8 bytes for user space, whatever its own size."""
    for kind in ("percpu_hash", "percpu_array", "lru_percpu_hash"):
        table = make(bench, kind, value_size=4)
        cpus = table.value_size // 8
        values = b"".join(bench.u32(100 + cpu) + bytes(4) for cpu in range(cpus))

        table.add(bench.u32(1), values)

        assert table.lookup(bench.u32(1)) == values, kind


@scenario(modes="jit")
def the_longest_prefix_wins(bench: Bench) -> None:
    """A key is the length in bits, in the guest's byte order, and the address as the net has it."""
    spec = TableSpec("routes", table_type("lpm_trie"), 8, 4, 16, flags=NO_PREALLOC)
    table = Table.create(bench.guest.connection, spec)

    def route(bits: int, *address: int) -> bytes:
        return bench.u32(bits) + bytes(address)

    table.add(route(0, 0, 0, 0, 0), bench.u32(1))
    table.add(route(8, 10, 0, 0, 0), bench.u32(2))
    table.add(route(17, 10, 1, 128, 0), bench.u32(3))
    table.add(route(32, 10, 1, 128, 9), bench.u32(4))

    assert table.lookup(route(32, 9, 9, 9, 9)) == bench.u32(1)
    assert table.lookup(route(32, 10, 1, 127, 9)) == bench.u32(2)
    assert table.lookup(route(32, 10, 1, 200, 9)) == bench.u32(3)
    assert table.lookup(route(32, 10, 1, 128, 9)) == bench.u32(4)
    table.remove(route(32, 10, 1, 128, 9))
    assert table.lookup(route(32, 10, 1, 128, 9)) == bench.u32(3)
    assert refusal(lambda: table.add(route(33, 1, 2, 3, 4), bench.u32(5))) == errno.EINVAL
    assert len(table.dump()) == 3


@scenario(modes="jit")
def a_dump_is_whole_over_several_pages(bench: Bench) -> None:
    """More entries than go into one reply: each comes once."""
    table = make(bench, "hash", entries=2500)
    later = [table.submit_add(bench.u32(key), bench.u64(key * key)) for key in range(2500)]
    assert {each.result() for each in later} == {0}

    entries = table.dump()

    assert len(entries) == 2500
    assert dict(entries) == {bench.u32(key): bench.u64(key * key) for key in range(2500)}


@scenario(modes="jit")
def sizes_are_checked_before_the_kernel_is_asked(bench: Bench) -> None:
    """bpf(2) takes as many bytes as the table has: a shorter key would be read beyond its end."""
    table = make(bench, "hash")
    key, value = bench.u32(1), bench.u64(1)
    table.add(key, value)

    assert complaint(lambda: table.add(bench.u64(1), value)).startswith("the key is 8 bytes")
    assert complaint(lambda: table.add(key, bench.u32(1))).startswith("the value is 4 bytes")
    assert complaint(lambda: table.lookup(b"")).startswith("the key is 0 bytes")
    assert complaint(lambda: table.remove(bench.u64(1))).startswith("the key is 8 bytes")
    assert table.dump() == ((key, value),)


@scenario(modes="jit")
def tables_that_cannot_be_are_refused(bench: Bench) -> None:
    assert refusal(lambda: make(bench, "hash", entries=0)) == errno.EINVAL
    assert refusal(lambda: make(bench, "array", value_size=0)) == errno.EINVAL
    wide = {"entries": 4, "key_size": 8, "value_size": 8}
    assert refusal(lambda: bench.guest.table("wide", type="array", **wide)) == errno.EINVAL


@scenario()
def two_filters_and_user_space_share_a_table(bench: Bench) -> None:
    loaded = bench.load("shared.c")
    numbers, filters = loaded.tables["numbers"], loaded.filters
    assert filters["move_to_two"].run(PACKET).retval == 1

    assert filters["add_ten"].run(PACKET).retval == 0
    numbers.add(bench.u32(1), bench.u64(5), Update.ONLY_EXISTING)
    filters["add_ten"].run(PACKET)
    assert filters["move_to_two"].run(PACKET).retval == 0

    assert numbers.dump() == ((bench.u32(2), bench.u64(15)),)
    numbers.remove(bench.u32(2))
    filters["add_ten"].run(PACKET, repeat=3)
    assert numbers.dump() == ((bench.u32(1), bench.u64(30)),)

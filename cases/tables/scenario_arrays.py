# SPDX-License-Identifier: GPL-2.0-only
"""Arrays from user space: every entry is there from the start, and none ever goes.

kernel/bpf/arraymap.c.
"""

import errno

from harness.scenario import Bench, Table, Update, refusal, scenario

# linux/bpf.h: BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_MMAPABLE.
RDONLY, WRONLY, MMAPABLE = 1 << 3, 1 << 4, 1 << 10
NO_FLAG = 1 << 20


def make(
    bench: Bench, kind: str, *, entries: int = 4, value_size: int = 8, flags: int = 0
) -> Table:
    return bench.guest.table(
        "table", type=kind, entries=entries, key_size=4, value_size=value_size, flags=flags
    )


def entries_stay(bench: Bench, kind: str) -> None:
    table = make(bench, kind)
    zero, full = bytes(table.value_size), b"\x5a" * table.value_size
    assert table.dump() == tuple((bench.u32(key), zero) for key in range(4))
    table.add(bench.u32(3), full)
    table.add(bench.u32(2), full, Update.ONLY_EXISTING)
    assert refusal(table.add, bench.u32(1), full, Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.add, bench.u32(1), full, NO_FLAG) == errno.EINVAL
    assert refusal(table.add, bench.u32(4), full) == errno.E2BIG
    assert refusal(table.add, bench.u32(0xFFFFFFFF), full) == errno.E2BIG
    assert table.lookup(bench.u32(4)) is None
    assert refusal(table.remove, bench.u32(3)) == errno.EINVAL

    held = table.dump()

    assert [each for _, each in held] == [zero, zero, full, full]


def batches_say_the_same(bench: Bench, kind: str) -> None:
    table = make(bench, kind, entries=300)
    wanted = [(bench.u32(key), bytes([key % 251]) * table.value_size) for key in range(300)]
    table.add_batch(wanted)

    assert table.dump() == tuple(wanted)
    assert table.lookup(bench.u32(299)) == wanted[299][1]
    assert refusal(table.remove_batch, [bench.u32(1)]) == 524
    beyond = [(bench.u32(key), wanted[0][1]) for key in (299, 300, 1)]
    assert refusal(table.add_batch, beyond) == errno.E2BIG
    assert table.lookup(bench.u32(299)) == wanted[0][1]
    assert table.lookup(bench.u32(1)) == wanted[1][1]


@scenario(modes="interp", needs="array")
def array_entries(bench: Bench) -> None:
    entries_stay(bench, "array")


@scenario(modes="interp", needs="percpu_array")
def percpu_array_entries(bench: Bench) -> None:
    entries_stay(bench, "percpu_array")


@scenario(modes="interp", needs="array batches")
def array_batches(bench: Bench) -> None:
    batches_say_the_same(bench, "array")


@scenario(modes="interp", needs="batches-of-percpu_array")
def percpu_array_batches(bench: Bench) -> None:
    batches_say_the_same(bench, "percpu_array")


@scenario(modes="interp", needs="array")
def array_sizes(bench: Bench) -> None:
    """Keys are numbers of 4 bytes; values go up to KMALLOC_MAX_SIZE and beyond INT_MAX never."""
    eight = {"entries": 4, "key_size": 8, "value_size": 8}
    assert refusal(bench.guest.table, "wide", type="array", **eight) == errno.EINVAL
    assert refusal(make, bench, "array", entries=0) == errno.EINVAL
    assert refusal(make, bench, "array", value_size=0) == errno.EINVAL
    assert refusal(make, bench, "array", value_size=1 << 31) == errno.E2BIG
    assert refusal(make, bench, "array", entries=0xFFFFFFFF) in (errno.E2BIG, errno.ENOMEM)

    table = make(bench, "array", entries=1, value_size=1 << 20)
    value = bytes(range(256)) * 4096
    table.add(bench.u32(0), value)

    assert table.dump() == ((bench.u32(0), value),)
    odd = make(bench, "array", entries=3, value_size=3)
    odd.add(bench.u32(1), b"abc")
    assert [each for _, each in odd.dump()] == [bytes(3), b"abc", bytes(3)]


@scenario(modes="interp", needs="percpu_array")
def percpu_array_sizes(bench: Bench) -> None:
    """PCPU_MIN_UNIT_SIZE, 32 KiB; without a look at it (scenario_hashes.py) the allocator's end."""
    assert refusal(make, bench, "percpu_array", entries=0) == errno.EINVAL
    assert refusal(make, bench, "percpu_array", value_size=0) == errno.EINVAL
    assert refusal(make, bench, "percpu_array", value_size=1 << 20) in (
        errno.E2BIG,
        errno.ENOMEM,
    )
    table = make(bench, "percpu_array", entries=1, value_size=32 * 1024)
    value = b"\xa5" * table.value_size
    table.add(bench.u32(0), value)

    assert table.lookup(bench.u32(0)) == value


@scenario(modes="interp", needs="array")
def array_shared_by_mmap(bench: Bench) -> None:
    """Values lie 8 bytes apart, and nobody asks the kernel: BPF_F_MMAPABLE."""
    table = make(bench, "array", entries=1024, value_size=6, flags=MMAPABLE)
    table.add(bench.u32(1), b"system")
    assert table.read(8, 8) == b"system\0\0"

    table.write(1023 * 8, b"memory")

    assert table.lookup(bench.u32(1023)) == b"memory"
    assert refusal(make, bench, "percpu_array", flags=MMAPABLE) == errno.EINVAL


@scenario(modes="interp", needs="array")
def frozen_array_is_not_mapped_for_writing(bench: Bench) -> None:
    """bpf_map_mmap(): EPERM for a mapping that could be written to."""
    table = make(bench, "array", flags=MMAPABLE)
    table.freeze()

    assert refusal(table.write, 0, b"x") == errno.EPERM


@scenario(modes="interp", needs="array")
def array_read_only_for_user_space(bench: Bench) -> None:
    table = make(bench, "array", flags=RDONLY)

    assert refusal(table.add, bench.u32(0), bench.u64(1)) == errno.EPERM
    assert table.lookup(bench.u32(0)) == bench.u64(0)


@scenario(modes="interp", needs="array")
def array_write_only_for_user_space(bench: Bench) -> None:
    table = make(bench, "array", flags=WRONLY)
    table.add(bench.u32(0), bench.u64(1))

    assert refusal(table.lookup, bench.u32(0)) == errno.EPERM
    assert refusal(table.dump) == errno.EPERM
    assert refusal(make, bench, "array", flags=RDONLY | WRONLY) == errno.EINVAL


@scenario(modes="interp", needs="percpu_array")
def percpu_array_has_a_value_for_each_cpu(bench: Bench) -> None:
    table = make(bench, "percpu_array", value_size=4)
    cpus = table.value_size // 8
    values = tuple(bench.u32(100 + cpu) for cpu in range(cpus))
    table.add(bench.u32(2), table.joined(values))

    held = table.lookup(bench.u32(2))

    assert held is not None
    assert table.split(held) == values


@scenario(modes="interp", needs="cpu-flags")
def one_cpu_is_changed_alone_and_all_at_once(bench: Bench) -> None:
    """BPF_F_CPU and BPF_F_ALL_CPUS: bpf_map_check_op_flags()."""
    for kind in ("percpu_array", "percpu_hash"):
        table = make(bench, kind, value_size=4)
        cpus = table.value_size // 8
        table.add(bench.u32(2), bench.u32(7), Update.ALL_CPUS)
        assert table.lookup(bench.u32(2)) == table.joined([bench.u32(7)] * cpus)

        table.add(bench.u32(2), bench.u32(9), Update.of_cpu(cpus - 1))

        wanted = [bench.u32(7)] * (cpus - 1) + [bench.u32(9)]
        assert table.lookup(bench.u32(2)) == table.joined(wanted)
        assert table.lookup(bench.u32(2), Update.of_cpu(cpus - 1)) == bench.u32(9)
        beyond = Update.of_cpu(4096)
        assert refusal(table.lookup, bench.u32(2), beyond) == errno.ERANGE

# SPDX-License-Identifier: GPL-2.0-only
"""How large keys and values of hashes may be: htab_map_alloc_check() in kernel/bpf/hashtab.c."""

import errno

from harness.scenario import Bench, Table, refusal, scenario

# BPF_F_NO_PREALLOC of linux/bpf.h, without which there is no rhash.
NO_PREALLOC = 1
# PCPU_MIN_UNIT_SIZE, or a page where those are larger.
LARGE = 32 * 1024


def make(
    bench: Bench, kind: str, *, entries: int = 64, key_size: int = 4, value_size: int = 8
) -> Table:
    flags = NO_PREALLOC if kind == "rhash" else 0
    return bench.guest.table(
        "table", type=kind, entries=entries, key_size=key_size, value_size=value_size, flags=flags
    )


def sizes_have_ends(bench: Bench, kind: str) -> None:
    """EINVAL for none; keys of one byte and of 512; what is too large is E2BIG or ENOMEM."""
    assert refusal(make, bench, kind, key_size=0) == errno.EINVAL
    assert refusal(make, bench, kind, value_size=0) == errno.EINVAL
    assert refusal(make, bench, kind, entries=0) == errno.EINVAL
    for size in (1 << 31, (1 << 32) - 1):
        assert refusal(make, bench, kind, key_size=size) in (errno.E2BIG, errno.EINVAL)
        assert refusal(make, bench, kind, value_size=size) == errno.E2BIG
    table = make(bench, kind, key_size=1, value_size=1)
    table.add(b"\xff", bytes(table.value_size))
    assert len(table.dump()) == 1

    table = make(bench, kind, entries=2, key_size=512)
    table.add(bytes(512), bytes(table.value_size))
    table.add(bytes(511) + b"\1", b"\2" * table.value_size)

    assert dict(table.dump())[bytes(511) + b"\1"] == b"\2" * table.value_size


@scenario(modes="interp", needs="hash")
def hash_sizes(bench: Bench) -> None:
    sizes_have_ends(bench, "hash")


@scenario(modes="interp", needs="lru_hash")
def lru_hash_sizes(bench: Bench) -> None:
    sizes_have_ends(bench, "lru_hash")


@scenario(modes="interp", needs="lru_percpu_hash")
def lru_percpu_hash_sizes(bench: Bench) -> None:
    sizes_have_ends(bench, "lru_percpu_hash")


@scenario(modes="interp", needs="percpu_hash")
def percpu_hash_sizes(bench: Bench) -> None:
    sizes_have_ends(bench, "percpu_hash")


@scenario(modes="interp", needs="rhash")
def rhash_sizes(bench: Bench) -> None:
    sizes_have_ends(bench, "rhash")


@scenario(modes="interp", needs="percpu_hash")
def percpu_hash_value_ends_at_a_unit_of_percpu_memory(bench: Bench) -> None:
    """htab_map_alloc_check() looks since "bpf: Check percpu map value size first" of 2024, which
    stable kernels took, too; the allocator of per-CPU memory ever did.
    """
    table = make(bench, "percpu_hash", entries=1, value_size=LARGE)
    value = table.joined([bytes([cpu]) * LARGE for cpu in range(table.value_size // LARGE)])
    table.add(bench.u32(1), value)

    assert table.lookup(bench.u32(1)) == value
    end = max(LARGE, bench.guest.identity.page_size)
    refused = refusal(make, bench, "percpu_hash", value_size=end + 8)
    assert refused in (errno.E2BIG, errno.ENOMEM)

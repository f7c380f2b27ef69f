# SPDX-License-Identifier: GPL-2.0-only
"""Memory that a filter and user space have in common: kernel/bpf/arena.c."""

from harness.scenario import Bench, scenario


@scenario(modes="jit jit-harden", needs="arena arena-programs btf")
def what_one_writes_the_other_reads(bench: Bench) -> None:
    """Without a system call between; the page is the first of the arena, as nothing else is."""
    loaded = bench.load("arena_shared.c")
    arena, add_up = loaded.tables["arena"], loaded.filters["add_up"]
    assert add_up.run().retval == 0
    assert bench.number(arena.read(0, 4)) == 1
    arena.write(4, bench.u32(10))
    assert add_up.run().retval == 0

    assert arena.read(0, 8) == bench.u32(12) + bench.u32(10)


@scenario(modes="interp", needs="arena")
def arena_keeps_what_user_space_writes(bench: Bench) -> None:
    """Pages appear when they are touched; nothing can be looked up or listed."""
    address = 1 << 32
    arena = bench.guest.table(
        "arena",
        type="arena",
        entries=2,
        key_size=0,
        value_size=0,
        flags=1 << 10,
        extra=address,
    )
    size = bench.guest.identity.page_size
    assert arena.read(0, 8) == bytes(8)
    arena.write(size - 4, b"both pages")

    assert arena.read(size - 4, 10) == b"both pages"
    assert arena.read(2 * size - 8, 8) == bytes(8)

# SPDX-License-Identifier: GPL-2.0-only
"""Stacks of the kernel, kept by a filter under numbers: kernel/bpf/stackmap.c."""

import errno

from harness.scenario import Bench, LoadedObject, refusal, scenario

DEPTH, SIZE = 16, 8


def kept(bench: Bench) -> LoadedObject:
    """With one stack in it: the same place is reached twice by the same way."""
    loaded = bench.load("stacks.c")
    link = loaded.filters["keep_stack"].attach()
    assert bench.guest.shell("mkdir /tmp/a /tmp/b && rmdir /tmp/a /tmp/b").wait() == 0
    link.detach()
    return loaded


def number(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    data = loaded.tables["numbers"].lookup(bench.u32(slot))
    assert data is not None
    return int.from_bytes(data, bench.arch.byte_order.value, signed=True)


@scenario(needs="kprobe stack_trace")
def one_place_has_one_number(bench: Bench) -> None:
    loaded = kept(bench)

    found = number(bench, loaded, 0)

    assert 0 <= found < 8
    assert number(bench, loaded, 1) == found
    assert [key for key, _ in loaded.tables["stacks"].dump()] == [bench.u32(found)]


@scenario(needs="kprobe stack_trace")
def return_addresses_are_those_of_kernel_functions(bench: Bench) -> None:
    """Of functions that rmdir(2) goes through, by /proc/kallsyms; behind the last one nulls.

    At its entry a function has no frame, so that some machines miss the one that called it.
    """
    loaded = kept(bench)
    stack = loaded.tables["stacks"].lookup(bench.u32(number(bench, loaded, 0)))
    assert stack is not None
    assert len(stack) == DEPTH * SIZE
    words = [bench.number(stack[at : at + SIZE]) for at in range(0, len(stack), SIZE)]
    addresses = [word for word in words if word]

    assert len(addresses) >= 2
    assert words == addresses + [0] * (DEPTH - len(addresses))
    assert functions(bench, addresses) & {"do_rmdir", "filename_rmdir"}


def functions(bench: Bench, addresses: list[int]) -> set[str]:
    """The functions in which the addresses lie."""
    shell = bench.guest.shell("grep -i ' t ' /proc/kallsyms | grep -E '(rmdir|sys)' | sort")
    assert shell.wait() == 0, shell.output
    starts = [(int(line.split()[0], 16), line.split()[2]) for line in shell.output.splitlines()]
    return {max(s for s in starts if s[0] <= at)[1] for at in addresses if at >= starts[0][0]}


@scenario(needs="kprobe stack_trace")
def stack_that_was_removed_is_gone(bench: Bench) -> None:
    loaded = kept(bench)
    table, key = loaded.tables["stacks"], bench.u32(number(bench, loaded, 0))

    table.remove(key)

    assert table.lookup(key) is None
    assert refusal(table.remove, key) == errno.ENOENT
    assert table.dump() == ()


@scenario(modes="interp jit", needs="stack_trace")
def user_space_puts_no_stack_there(bench: Bench) -> None:
    table = bench.guest.table("of_ours", entries=8, key_size=4, value_size=64, type="stack_trace")

    assert refusal(table.add, bench.u32(0), bytes(64)) == errno.EINVAL
    table.close()


@scenario(modes="interp jit", needs="stack_trace")
def sizes_are_those_of_addresses(bench: Bench) -> None:
    """4 bytes of key, and a multiple of 8 of value."""
    for key_size, value_size in ((8, 64), (4, 12), (4, 0)):
        assert (
            refusal(
                lambda key_size=key_size, value_size=value_size: bench.guest.table(
                    "odd", entries=8, key_size=key_size, value_size=value_size, type="stack_trace"
                )
            )
            == errno.EINVAL
        )

# SPDX-License-Identifier: GPL-2.0-only
"""Tables of instructions, which a filter jumps to: kernel/bpf/bpf_insn_array.c.

A value is struct bpf_insn_array_value: where an instruction is in the program as it was written, in
what the verifier has made of it, and in the machine code. The compiler makes no such jumps yet, so
the programs here are instructions.
"""

import errno

from harness.guest.raw import RawFilter
from harness.scenario import Bench, Table, Update, refusal, scenario
from harness.values.insn import Insn

SOCKET_FILTER = 1
# BPF_PSEUDO_MAP_VALUE
VALUE = 2
# Of kernel/bpf/syscall.c: ENOTSUPP.
NOT_SUPPORTED = 524

# Jumps to the instruction of entry 0, or of 1 if the packet has an odd length.
JUMPS = (
    Insn(0x61, dst=2, src=1),  # r2 = skb->len
    Insn(0x57, dst=2, imm=1),  # r2 &= 1
    Insn(0x67, dst=2, imm=3),  # r2 *= 8
    Insn(0x18, dst=1, src=VALUE),  # r1 = the addresses
    Insn(0x00),
    Insn(0x0F, dst=1, src=2),  # r1 += r2
    Insn(0x79, dst=1, src=1),  # r1 = *r1
    Insn(0x0D, dst=1),  # goto *r1
    Insn(0xB7, dst=0, imm=11),  # r0 = 11
    Insn(0x95),
    Insn(0xB7, dst=0, imm=22),  # r0 = 22
    Insn(0x95),
)
EVEN, ODD = 8, 10
# The Ethernet header is not the filter's.
HEADER = 14


def make(bench: Bench, entries: int = 2, **other: int) -> Table:
    sizes = {"key_size": 4, "value_size": 16} | other
    return bench.guest.table("places", type="insn_array", entries=entries, **sizes)


def place(bench: Bench, written: int, left: int = 0, machine: int = 0) -> bytes:
    return b"".join(map(bench.u32, (written, left, machine, 0)))


def places(bench: Bench, *written: int) -> Table:
    """A table that no one can change any more."""
    table = make(bench, len(written))
    for slot, where in enumerate(written):
        table.add(bench.u32(slot), place(bench, where))
    table.freeze()
    return table


def load(bench: Bench, table: Table, insns: tuple[Insn, ...] = JUMPS) -> RawFilter:
    order = bench.arch.byte_order
    return RawFilter.load(bench.guest, insns, order, SOCKET_FILTER, table=table.ref)


@scenario(modes="interp", needs="insn_array")
def insn_array_entries(bench: Bench) -> None:
    """Only where the instruction is in the program as written is user space's to say."""
    table = make(bench, 3)
    assert table.dump() == tuple((bench.u32(slot), place(bench, 0)) for slot in range(3))
    table.add(bench.u32(1), place(bench, 5))
    table.add(bench.u32(1), place(bench, 6), Update.ONLY_EXISTING)
    assert refusal(table.add, bench.u32(0), place(bench, 1), Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.add, bench.u32(0), place(bench, 1, left=1)) == errno.EINVAL
    assert refusal(table.add, bench.u32(0), place(bench, 1, machine=1)) == errno.EINVAL
    assert refusal(table.add, bench.u32(3), place(bench, 1)) == errno.E2BIG
    assert table.lookup(bench.u32(3)) is None
    assert refusal(table.remove, bench.u32(1)) == errno.EINVAL
    assert refusal(table.add_batch, [(bench.u32(0), place(bench, 1))]) == NOT_SUPPORTED

    assert [value for _, value in table.dump()] == [place(bench, at) for at in (0, 6, 0)]


@scenario(modes="interp", needs="insn_array")
def insn_array_sizes(bench: Bench) -> None:
    """Nothing of it can be chosen but how many there are: insn_array_alloc_check()."""
    assert refusal(make, bench, 0) == errno.EINVAL
    assert refusal(make, bench, key_size=8) == errno.EINVAL
    assert refusal(make, bench, value_size=8) == errno.EINVAL
    assert refusal(make, bench, value_size=32) == errno.EINVAL
    assert refusal(make, bench, flags=1) == errno.EINVAL
    assert refusal(make, bench, 0xFFFFFFFF) in (errno.E2BIG, errno.ENOMEM)


@scenario(modes="interp", needs="insn_array")
def frozen_insn_array_is_not_changed(bench: Bench) -> None:
    table = places(bench, 1, 2)

    assert refusal(table.add, bench.u32(0), place(bench, 3)) == errno.EPERM
    assert table.lookup(bench.u32(0)) == place(bench, 1)


@scenario(modes="jit jit-harden", needs="indirect-jumps")
def filter_jumps_where_the_table_says(bench: Bench) -> None:
    """And the table tells where the machine code of each is."""
    table = places(bench, EVEN, ODD)
    jumps = load(bench, table)

    assert jumps.verdict.accepted, jumps.verdict.log
    assert [jumps.run(bytes(HEADER + size)).retval for size in (50, 51, 52)] == [11, 22, 11]
    told = [value for _, value in table.dump()]
    assert [bench.number(value[:4]) for value in told] == [EVEN, ODD]
    even, odd = (bench.number(value[8:12]) for value in told)
    assert 0 < even < odd


@scenario(modes="jit jit-harden", needs="indirect-jumps")
def places_that_are_none_are_refused(bench: Bench) -> None:
    """bpf_insn_array_init(): beyond the end, within a wide instruction, or still to be changed."""
    open_table = make(bench)
    for slot, where in enumerate((EVEN, ODD)):
        open_table.add(bench.u32(slot), place(bench, where))
    for table in (places(bench, EVEN, len(JUMPS)), places(bench, EVEN, 4), open_table):
        assert load(bench, table).verdict.errno == errno.EINVAL


@scenario(modes="jit jit-harden", needs="indirect-jumps")
def table_serves_one_filter(bench: Bench) -> None:
    """Even when that one is gone; one that was refused has left it as it was."""
    table = places(bench, EVEN, ODD)
    # r9 has never been written.
    refused = load(bench, table, (*JUMPS[:EVEN], Insn(0xBF, dst=0, src=9), *JUMPS[EVEN + 1 :]))
    assert refused.verdict.errno == errno.EACCES
    first = load(bench, table)
    assert first.verdict.accepted, first.verdict.log
    assert load(bench, table).verdict.errno == errno.EBUSY
    first.close()

    assert load(bench, table).verdict.errno == errno.EBUSY


@scenario(modes="interp", needs="insn_array")
def interpreter_takes_no_indirect_jump(bench: Bench) -> None:
    assert not load(bench, places(bench, EVEN, ODD)).verdict.accepted

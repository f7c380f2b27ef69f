# SPDX-License-Identifier: GPL-2.0-only
"""Tables whose values stand for something else: filters, sockets, interfaces, CPUs.

What user space writes is a descriptor or a number, what it reads is an id or a cookie.
"""

import errno

from harness.scenario import (
    Bench,
    Descriptor,
    DescriptorKind,
    LoadOptions,
    Table,
    Update,
    refusal,
    scenario,
)

LO = 1
NO_SUCH_INTERFACE = 4000
PACKET = bytes(64)


def make(bench: Bench, kind: str, *, entries: int = 4, value_size: int = 4) -> Table:
    return bench.guest.table("slots", type=kind, entries=entries, key_size=4, value_size=value_size)


@scenario(needs="prog_array")
def slot_decides_which_filter_goes_on(bench: Bench) -> None:
    """User space changes it from run to run; an empty slot falls through."""
    loaded = bench.load("slots.c")
    jumps, filters = loaded.tables["jumps"], loaded.filters

    def answer() -> int:
        return filters["jump"].run(PACKET).retval

    assert answer() == 1
    jumps.add_filter(bench.u32(0), filters["eleven"].ref)
    assert answer() == 11
    jumps.add_filter(bench.u32(0), filters["twelve"].ref)
    assert answer() == 12
    jumps.remove(bench.u32(0))

    assert answer() == 1
    assert refusal(jumps.remove, bench.u32(0)) == errno.ENOENT


@scenario(modes="interp jit", needs="prog_array")
def jumps_go_to_filters_of_one_type(bench: Bench) -> None:
    """EINVAL for a filter of another type, EBADF for a table, E2BIG beyond the last slot."""
    loaded = bench.load("slots.c")
    jumps = loaded.tables["jumps"]
    jumps.add_filter(bench.u32(0), loaded.filters["eleven"].ref)

    other = jumps.submit_add_filter(bench.u32(1), loaded.filters["of_another_type"].ref)
    assert other.result() == errno.EINVAL
    assert refusal(jumps.add_table, bench.u32(1), make(bench, "array")) == errno.EINVAL
    assert refusal(jumps.add, bench.u32(1), bench.u32(4000)) == errno.EBADF
    assert refusal(jumps.add_filter, bench.u32(2), loaded.filters["eleven"].ref) == errno.E2BIG


@scenario(modes="interp jit", needs="prog_array")
def jumps_end_with_the_last_owner(bench: Bench) -> None:
    """prog_array_map_clear(): a filter may hold the table it is in, which nobody could empty."""
    loaded = bench.load("slots.c", LoadOptions(filters=("jump", "eleven")))
    loaded.tables["jumps"].add_filter(bench.u32(0), loaded.filters["jump"].ref)
    loaded.close()
    # The census of the guest after this scenario finds the two, should they stay.


@scenario(modes="interp", needs="cgroup_array")
def slots_hold_cgroups(bench: Bench) -> None:
    """Nothing is read back: ENOTSUPP, or EINVAL for what is no cgroup."""
    table = make(bench, "cgroup_array")
    cgroup = bench.guest.descriptor(DescriptorKind.PATH, path="/sys/fs/cgroup")
    table.add_descriptor(bench.u32(1), cgroup)
    assert refusal(table.lookup, bench.u32(1)) == 524
    proc = bench.guest.descriptor(DescriptorKind.PATH, path="/proc")
    assert refusal(table.add_descriptor, bench.u32(2), proc) == errno.EBADF
    table.remove(bench.u32(1))

    assert refusal(table.remove, bench.u32(1)) == errno.ENOENT


@scenario(modes="interp jit", needs="perf_event_array")
def slots_hold_counters(bench: Bench) -> None:
    """A filter reads the counter of its own CPU; an empty slot is ENOENT."""
    loaded = bench.load("slots.c")
    clocks, read_clock = loaded.tables["clocks"], loaded.filters["read_clock"]
    assert read_clock.run().retval == (1 << 32) - errno.ENOENT
    for cpu in range(bench.guest.identity.cpus):
        clock = bench.guest.descriptor(DescriptorKind.CLOCK, cpu=cpu)
        clocks.add_descriptor(bench.u32(cpu), clock)

    assert read_clock.run().retval == 0

    held = loaded.tables["seen"].lookup(bench.u32(0))
    assert held is not None
    assert bench.number(held) > 0


def holds_sockets(bench: Bench, kind: str, descriptor: Descriptor) -> None:
    """A closed socket leaves its slot."""
    table = make(bench, kind, value_size=8)
    table.add_descriptor(bench.u32(1), descriptor)
    cookie = table.lookup(bench.u32(1))
    assert cookie is not None
    assert bench.number(cookie) > 0
    assert dict(table.dump()) == {bench.u32(1): cookie}

    descriptor.close()

    assert table.dump() == ()
    cgroup = bench.guest.descriptor(DescriptorKind.PATH, path="/sys/fs/cgroup")
    assert refusal(table.add_descriptor, bench.u32(1), cgroup) == errno.ENOTSOCK


@scenario(modes="interp", needs="sockmap")
def sockmap_holds_udp(bench: Bench) -> None:
    holds_sockets(bench, "sockmap", bench.guest.descriptor(DescriptorKind.UDP))


@scenario(modes="interp", needs="sockmap")
def sockmap_holds_listening_tcp(bench: Bench) -> None:
    holds_sockets(bench, "sockmap", bench.guest.descriptor(DescriptorKind.TCP))


@scenario(modes="interp", needs="sockhash")
def sockhash_holds_udp(bench: Bench) -> None:
    holds_sockets(bench, "sockhash", bench.guest.descriptor(DescriptorKind.UDP))


@scenario(modes="interp", needs="sockhash")
def sockhash_holds_listening_tcp(bench: Bench) -> None:
    holds_sockets(bench, "sockhash", bench.guest.descriptor(DescriptorKind.TCP))


@scenario(modes="interp", needs="sockmap")
def sockmap_goes_by_what_is_in_a_slot(bench: Bench) -> None:
    table = make(bench, "sockmap", value_size=8)
    udp = bench.guest.descriptor(DescriptorKind.UDP)
    assert refusal(table.add_descriptor, bench.u32(4), udp) == errno.E2BIG
    existing = Update.ONLY_EXISTING
    assert refusal(table.add_descriptor, bench.u32(0), udp, existing) == errno.ENOENT
    table.add_descriptor(bench.u32(0), udp, Update.ONLY_NEW)
    assert refusal(table.add_descriptor, bench.u32(0), udp, Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.add_descriptor, bench.u32(1), udp, 8) == errno.EINVAL
    table.add_descriptor(bench.u32(1), udp)
    table.remove(bench.u32(0))

    assert refusal(table.remove, bench.u32(0)) == errno.EINVAL
    assert len(table.dump()) == 1


@scenario(modes="interp", needs="sockhash")
def full_sockhash_refuses(bench: Bench) -> None:
    table = make(bench, "sockhash", entries=1, value_size=8)
    udp = bench.guest.descriptor(DescriptorKind.UDP)
    existing = Update.ONLY_EXISTING
    assert refusal(table.add_descriptor, bench.u32(7), udp, existing) == errno.ENOENT
    table.add_descriptor(bench.u32(7), udp, Update.ONLY_NEW)
    assert refusal(table.add_descriptor, bench.u32(7), udp, Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.add_descriptor, bench.u32(8), udp) == errno.E2BIG
    table.remove(bench.u32(7))

    assert refusal(table.remove, bench.u32(7)) == errno.ENOENT
    table.add_descriptor(bench.u32(8), udp)


@scenario(modes="interp", needs="reuseport_sockarray")
def reuseport_array_holds_sockets_that_share_a_port(bench: Bench) -> None:
    """A slot is empty or not: EEXIST and ENOENT go by that. A socket has one slot at most."""
    table = make(bench, "reuseport_sockarray", value_size=8)
    udp = bench.guest.descriptor(DescriptorKind.UDP)
    existing = Update.ONLY_EXISTING
    assert refusal(table.add_descriptor, bench.u32(0), udp, existing) == errno.ENOENT
    table.add_descriptor(bench.u32(0), udp, Update.ONLY_NEW)
    assert refusal(table.add_descriptor, bench.u32(1), udp) == errno.EBUSY
    assert refusal(table.add_descriptor, bench.u32(0), udp, Update.ONLY_NEW) == errno.EEXIST
    assert table.lookup(bench.u32(0)) is not None
    table.remove(bench.u32(0))

    assert table.lookup(bench.u32(0)) is None
    assert refusal(table.remove, bench.u32(0)) == errno.ENOENT


@scenario(modes="interp", needs="xskmap")
def xskmap_holds_nothing_but_xdp_sockets(bench: Bench) -> None:
    """And shows none: EOPNOTSUPP."""
    table = make(bench, "xskmap")
    xdp = bench.guest.descriptor(DescriptorKind.XDP)
    udp = bench.guest.descriptor(DescriptorKind.UDP)
    table.add_descriptor(bench.u32(0), xdp)
    assert refusal(table.add_descriptor, bench.u32(1), udp) == errno.EOPNOTSUPP
    assert refusal(table.add_descriptor, bench.u32(4), xdp) == errno.E2BIG
    existing = Update.ONLY_EXISTING
    assert refusal(table.add_descriptor, bench.u32(1), xdp, existing) == errno.ENOENT
    assert refusal(table.lookup, bench.u32(0)) == errno.EOPNOTSUPP
    table.remove(bench.u32(0))


def holds_interfaces(bench: Bench, kind: str) -> None:
    table = make(bench, kind)
    table.add(bench.u32(1), bench.u32(LO))
    assert table.lookup(bench.u32(1)) == bench.u32(LO)
    assert table.lookup(bench.u32(2)) is None
    assert refusal(table.add, bench.u32(2), bench.u32(NO_SUCH_INTERFACE)) == errno.EINVAL
    assert refusal(table.add, bench.u32(2), bench.u32(LO), 8) == errno.EINVAL

    assert dict(table.dump()) == {bench.u32(1): bench.u32(LO)}
    table.remove(bench.u32(1))
    assert table.lookup(bench.u32(1)) is None


@scenario(modes="interp", needs="devmap")
def devmap_holds_interfaces(bench: Bench) -> None:
    """A slot is always there, so that it cannot be new: EEXIST. No interface 0 empties it."""
    holds_interfaces(bench, "devmap")
    table = make(bench, "devmap")
    assert refusal(table.add, bench.u32(4), bench.u32(LO)) == errno.E2BIG
    assert refusal(table.add, bench.u32(0), bench.u32(LO), Update.ONLY_NEW) == errno.EEXIST
    table.add(bench.u32(0), bench.u32(LO))
    table.add(bench.u32(0), bench.u32(0))
    assert table.lookup(bench.u32(0)) is None


@scenario(modes="interp", needs="devmap_hash")
def devmap_hash_holds_interfaces(bench: Bench) -> None:
    """With keys of any number, and an end: E2BIG."""
    holds_interfaces(bench, "devmap_hash")
    table = make(bench, "devmap_hash")
    for key in (1, 1 << 16, 1 << 24, 0xFFFFFFFF):
        table.add(bench.u32(key), bench.u32(LO), Update.ONLY_NEW)
    assert refusal(table.add, bench.u32(2), bench.u32(LO)) == errno.E2BIG
    assert refusal(table.add, bench.u32(1), bench.u32(LO), Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.remove, bench.u32(2)) == errno.ENOENT


@scenario(modes="interp", needs="cpumap")
def cpumap_holds_queues_of_cpus(bench: Bench) -> None:
    """The key is a CPU's number; a queue of length 0 takes it away, one of 16385 is EOVERFLOW."""
    table = make(bench, "cpumap")
    table.add(bench.u32(0), bench.u32(192))
    assert table.lookup(bench.u32(0)) == bench.u32(192)
    assert refusal(table.add, bench.u32(0), bench.u32(16385)) == errno.EOVERFLOW
    assert refusal(table.add, bench.u32(4), bench.u32(1)) == errno.E2BIG
    assert refusal(table.add, bench.u32(0), bench.u32(1), Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.add, bench.u32(3), bench.u32(1)) == errno.ENODEV
    table.add(bench.u32(0), bench.u32(0))

    assert table.lookup(bench.u32(0)) is None

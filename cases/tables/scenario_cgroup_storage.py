# SPDX-License-Identifier: GPL-2.0-only
"""What filters keep for a cgroup, from user space: kernel/bpf/local_storage.c.

An entry is made when the filter is attached to the cgroup, and goes with the cgroup; user space can
make none.
"""

import errno

from harness.scenario import Bench, LoadOptions, Table, Update, refusal, scenario
from harness.values.deadline import Deadline

# enum bpf_attach_type: BPF_CGROUP_INET_EGRESS
EGRESS = 1
NO_FLAG = 1 << 20
PATIENCE_S = 10.0


def value(bench: Bench, table: Table, number: int) -> bytes:
    """The number, on each CPU where there is one for each."""
    if not table.spec.per_cpu:
        return bench.u64(number)
    return table.joined([bench.u64(number)] * (table.value_size // 8))


def total(bench: Bench, table: Table, key: bytes) -> int:
    held = table.lookup(key)
    assert held is not None
    return sum(bench.number(held[at : at + 8]) for at in range(0, len(held), 8))


def is_there_while_the_cgroup_is(bench: Bench, name: str, table_name: str) -> None:
    loaded = bench.load("cgroup_storage.bpf.c", LoadOptions(filters=(name,)))
    table = loaded.tables[table_name]
    assert table.dump() == ()
    link = loaded.filters[name].attach("cgroup_skb/egress/filtered")
    ((key, held),) = table.dump()
    assert (bench.number(key[8:12]), held) == (EGRESS, value(bench, table, 0))
    assert refusal(table.add, key, held, Update.ONLY_NEW) == errno.EINVAL
    assert refusal(table.add, key, held, NO_FLAG) == errno.EINVAL
    assert refusal(table.remove, key) == errno.EINVAL
    other = bytes(16)
    assert table.lookup(other) is None
    assert refusal(table.add, other, held) == errno.ENOENT

    # The filter goes on from what user space has written.
    table.add(key, value(bench, table, 10))
    before = total(bench, table, key)
    bench.fire("@udp cgroup=filtered times=3 127.0.0.1:4000 text:hello")
    assert total(bench, table, key) == before + 3

    # The cgroup goes with the link; cgroup_bpf_release() is left to a work queue.
    link.detach()
    deadline = Deadline.after(PATIENCE_S)
    while table.dump():
        assert not deadline.expired, "the entry outlives its cgroup"
    assert table.lookup(key) is None


@scenario(modes="interp jit", needs="cgroup-bpf cgroup_storage")
def value_of_a_cgroup_comes_and_goes(bench: Bench) -> None:
    is_there_while_the_cgroup_is(bench, "packets_of_a_cgroup_are_counted", "packets")


@scenario(modes="interp jit", needs="cgroup-bpf percpu_cgroup_storage")
def values_of_a_cgroup_on_each_cpu_come_and_go(bench: Bench) -> None:
    is_there_while_the_cgroup_is(bench, "packets_of_a_cpu_are_counted", "packets_of_each_cpu")

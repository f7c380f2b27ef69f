# SPDX-License-Identifier: GPL-2.0-only
"""Values that belong to a task, a file, a cgroup or a socket, and go with it.

User space names the owner by a descriptor; kernel/bpf/bpf_local_storage.c and its four users.
"""

import errno

from harness.scenario import Bench, DescriptorKind, LoadOptions, Table, Update, refusal, scenario
from harness.values.table_spec import TableSpec

# What user space does needs none, and not every kernel takes them in every mode.
NO_FILTER = LoadOptions(filters=())


def is_like_a_table(bench: Bench, table: Table, kind: DescriptorKind, path: str | None) -> None:
    """Add, look up, replace, remove; no key can be listed."""
    owner = bench.guest.descriptor(kind, path=path)
    size = table.spec.value_size
    one, two = b"\1" * size, b"\2" * size
    assert table.lookup(owner) is None
    assert refusal(table.remove, owner) == errno.ENOENT
    assert refusal(table.add, owner, one, Update.ONLY_EXISTING) == errno.ENOENT
    table.add(owner, one, Update.ONLY_NEW)
    assert refusal(table.add, owner, two, Update.ONLY_NEW) == errno.EEXIST
    assert refusal(table.add, owner, two, 1 << 20) == errno.EINVAL
    table.add(owner, two)
    assert table.lookup(owner) == two
    assert refusal(table.dump) == 524

    table.remove(owner)

    assert table.lookup(owner) is None


@scenario(modes="interp", needs="btf task_storage storage-memory")
def storage_of_tasks(bench: Bench) -> None:
    table = bench.load("storage.c", NO_FILTER).tables["of_tasks"]
    is_like_a_table(bench, table, DescriptorKind.PROCESS, None)
    # No pidfd: EINVAL or EBADF, as the release has it.
    assert refusal(table.lookup, bench.u32(4000)) == errno.EBADF


@scenario(modes="interp", needs="inode_storage lsm-bpf lsm storage-memory")
def storage_of_inodes(bench: Bench) -> None:
    table = bench.load("storage_of_inodes.c", NO_FILTER).tables["of_inodes"]
    is_like_a_table(bench, table, DescriptorKind.PATH, "/proc/version")


@scenario(modes="interp", needs="btf cgrp_storage storage-memory")
def storage_of_cgroups(bench: Bench) -> None:
    table = bench.load("storage_of_cgroups.c", NO_FILTER).tables["of_cgroups"]
    is_like_a_table(bench, table, DescriptorKind.PATH, "/sys/fs/cgroup")


@scenario(modes="interp jit", needs="sk_storage storage-memory")
def storage_of_sockets(bench: Bench) -> None:
    table = bench.load("storage_of_sockets.c", NO_FILTER).tables["of_sockets"]
    is_like_a_table(bench, table, DescriptorKind.UDP, None)
    assert refusal(table.lookup, bench.u32(4000)) == errno.EBADF


@scenario(modes="interp", needs="sk_storage")
def storages_want_their_types(bench: Bench) -> None:
    """bpf_local_storage_map_alloc_check(): no number of entries, no preallocation, and BTF."""
    for number, entries, flags in ((24, 0, 1), (24, 1, 1), (24, 0, 0)):
        spec = TableSpec("bare", number, 4, 8, entries, flags)
        assert refusal(Table.create, bench.guest.connection, spec) == errno.EINVAL


@scenario(needs="btf task_storage bpf_get_current_task_btf storage-memory interpreted-helpers")
def filter_counts_what_its_owner_does(bench: Bench) -> None:
    """User space gives a note to the agent, and a filter counts on it; others have none."""
    loaded = bench.load("storage.c", LoadOptions(filters=("count_calls",)))
    table = loaded.tables["of_tasks"]
    agent = bench.guest.descriptor(DescriptorKind.PROCESS)
    table.add(agent, bytes(16))

    link = loaded.filters["count_calls"].attach("raw_tp/sys_enter")
    for _ in range(5):
        assert table.lookup(agent) is not None
    link.detach()

    note = table.lookup(agent)
    assert note is not None
    assert bench.number(note[:8]) >= 5
    assert bench.number(note[8:12]) == 0


@scenario(needs="btf task_storage bpf_get_current_task_btf storage-memory interpreted-helpers")
def notes_end_with_their_tasks(bench: Bench) -> None:
    """A hundred processes get one each; bpf_task_storage_free() takes it when they exit."""
    loaded = bench.load("storage.c", LoadOptions(filters=("count_all",)))
    table = loaded.tables["of_tasks"]
    link = loaded.filters["count_all"].attach("raw_tp/sys_exit")
    work = bench.guest.shell("for i in $(seq 100); do /bin/true; done")
    assert work.wait() == 0
    link.detach()

    agent = bench.guest.descriptor(DescriptorKind.PROCESS)
    note = table.lookup(agent)

    assert note is not None
    assert bench.number(note[:8]) > 0
    assert bench.number(note[8:12]) == 7
    loaded.close()


@scenario(needs="inode_storage lsm-bpf lsm fentry storage-memory")
def filter_counts_how_often_a_file_is_opened(bench: Bench) -> None:
    loaded = bench.load("storage_of_inodes.c")
    table = loaded.tables["of_inodes"]
    assert bench.guest.shell("echo 1 > /tmp/one; echo 2 > /tmp/two").wait() == 0
    one = bench.guest.descriptor(DescriptorKind.PATH, path="/tmp/one")
    two = bench.guest.descriptor(DescriptorKind.PATH, path="/tmp/two")
    table.add(one, bench.u64(0))

    link = loaded.filters["count_opens"].attach()
    assert bench.guest.shell("cat /tmp/one /tmp/two; cat /tmp/one").wait() == 0
    link.detach()

    assert table.lookup(one) == bench.u64(2)
    assert table.lookup(two) is None


@scenario(needs="cgrp_storage fentry storage-memory interpreted-helpers")
def filter_counts_the_calls_of_a_cgroup(bench: Bench) -> None:
    """A process that moves into the cgroup is counted from then on; its value goes with it."""
    loaded = bench.load("storage_of_cgroups.c")
    table = loaded.tables["of_cgroups"]
    assert bench.guest.shell("mkdir /sys/fs/cgroup/bh-storage").wait() == 0
    cgroup = bench.guest.descriptor(DescriptorKind.PATH, path="/sys/fs/cgroup/bh-storage")
    table.add(cgroup, bench.u64(0))
    link = loaded.filters["count_calls"].attach()

    assert bench.guest.shell("echo 0 > /sys/fs/cgroup/bh-storage/cgroup.procs; true").wait() == 0

    link.detach()
    held = table.lookup(cgroup)
    assert held is not None
    assert bench.number(held) > 0
    cgroup.close()
    assert bench.guest.shell("rmdir /sys/fs/cgroup/bh-storage").wait() == 0

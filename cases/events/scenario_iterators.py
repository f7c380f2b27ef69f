# SPDX-License-Identifier: GPL-2.0-only
"""What an iterator prints follows what there is: it is walked anew at each reading."""

import time
from collections.abc import Iterable

from harness.scenario import (
    Bench,
    ClassicInsn,
    DescriptorKind,
    LoadOptions,
    scenario,
)
from harness.values.classic import RETURN
from harness.values.deadline import Deadline

# TCP_LISTEN of include/net/tcp_states.h
LISTENING = "port 4321 state 10"
PATIENCE_S = 5.0


def lines_with(bench: Bench, name: str, command: str) -> tuple[int, int, int]:
    """How many lines the iterator prints before, while and after a process holds a socket."""
    loaded = bench.load("sockets.c", LoadOptions(filters=(name,)))
    link = loaded.filters[name].attach()
    before = len(link.read().splitlines())
    shell = bench.guest.shell(command)
    deadline = time.monotonic() + PATIENCE_S
    while (during := len(link.read().splitlines())) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    shell.kill()
    shell.wait()
    return before, during, len(link.read().splitlines())


@scenario(needs="bpf_iter__tcp")
def listening_socket_comes_and_goes(bench: Bench) -> None:
    before, during, after = lines_with(bench, "tcp", "exec nc -l -p 4321 127.0.0.1")

    assert (during, after) == (before + 1, before)


@scenario(needs="bpf_iter__tcp")
def members_of_a_socket_are_printed(bench: Bench) -> None:
    loaded = bench.load("sockets.c", LoadOptions(filters=("tcp",)))
    link = loaded.filters["tcp"].attach()
    shell = bench.guest.shell("exec nc -l -p 4321 127.0.0.1")
    deadline = time.monotonic() + PATIENCE_S
    while LISTENING not in (text := link.read()) and time.monotonic() < deadline:
        time.sleep(0.05)
    shell.kill()
    shell.wait()

    assert LISTENING in text.splitlines()


@scenario(needs="bpf_iter__udp")
def datagram_socket_comes_and_goes(bench: Bench) -> None:
    loaded = bench.load("sockets.c", LoadOptions(filters=("udp",)))
    link = loaded.filters["udp"].attach()
    before = link.read().splitlines()
    socket = bench.attach_classic(bench.classic(ClassicInsn(RETURN, 0)), "socket/udp/4321")
    during = link.read().splitlines()
    socket.detach()

    assert sorted(during) == sorted([*before, "port 4321"])
    assert link.read().splitlines() == before


@scenario(needs="bpf_iter__unix")
def unix_socket_comes_and_goes(bench: Bench) -> None:
    before, during, after = lines_with(bench, "unix", "exec syslogd -n -O /dev/null")

    assert (during > before, after) == (True, before)
    bench.guest.shell("rm -f /dev/log").wait()


@scenario(needs="iterators")
def rows_of_a_table_come_and_go(bench: Bench) -> None:
    """A table of user space, which the filter's object uses in the place of its own."""
    loaded = bench.load("rows.c")
    link = loaded.filters["rows"].attach("iter/bpf_map_elem:stock")
    stock = loaded.tables["stock"]
    empty = link.read()
    stock.add(bench.u32(7), bench.u64(70))
    one = link.read()
    stock.remove(bench.u32(7))

    assert (empty, one, link.read()) == ("", "7 = 70\n", "")


@scenario(needs="bpf_iter__sockmap")
def sockets_of_a_table_come_and_go(bench: Bench) -> None:
    """Slots without one are walked over, too; 17 is IPPROTO_UDP."""
    loaded = bench.load("held.c")
    link = loaded.filters["slots"].attach("iter/sockmap:sockets")
    sockets = loaded.tables["sockets"]
    empty = link.read()
    sockets.add_descriptor(bench.u32(1), bench.guest.descriptor(DescriptorKind.UDP))
    one = link.read()
    sockets.remove(bench.u32(1))

    assert one == "0\n1 has a socket of protocol 17\n2\n"
    assert empty == link.read() == "0\n1\n2\n"


@scenario(needs="bpf_iter__bpf_sk_storage_map storage-memory")
def notes_of_sockets_come_and_go(bench: Bench) -> None:
    """Sockets of which the table knows nothing are not walked over."""
    loaded = bench.load("noted.c")
    link = loaded.filters["noted"].attach("iter/bpf_sk_storage_map:notes")
    notes = loaded.tables["notes"]
    first, second = (bench.guest.descriptor(DescriptorKind.UDP) for _ in range(2))
    bench.guest.descriptor(DescriptorKind.UDP)
    empty = link.read()
    notes.add(first, bench.u64(11))
    notes.add(second, bench.u64(22))
    two = link.read()
    notes.remove(first)

    assert empty == ""
    assert sorted(two.splitlines()) == ["protocol 17 is 11", "protocol 17 is 22"]
    assert link.read() == "protocol 17 is 22\n"


# Those that are above others first.
CGROUPS = ("upper", "upper/left", "upper/left/low", "upper/right")


def change_cgroups(bench: Bench, command: str, names: Iterable[str]) -> None:
    for name in names:
        assert bench.guest.shell(f"{command} /sys/fs/cgroup/{name}").wait() == 0


def walk(bench: Bench, *orders: str) -> list[list[str]]:
    """Names of the cgroups in each of the orders, from `upper` on."""
    groups = bench.load("groups.c").filters["groups"]
    found = []
    change_cgroups(bench, "mkdir", CGROUPS)
    try:
        for order in orders:
            link = groups.attach(f"iter/cgroup:{order}:upper")
            found.append(link.read().splitlines())
            link.detach()
    finally:
        change_cgroups(bench, "rmdir", reversed(CGROUPS))
    return found


@scenario(needs="bpf_iter__cgroup")
def cgroups_are_walked_over_in_order(bench: Bench) -> None:
    """Those of one level in the order in which they were made."""
    found = walk(bench, "self", "pre", "post", "up")

    assert found == [
        ["upper"],
        ["upper", "left", "low", "right"],
        ["low", "left", "right", "upper"],
        ["upper", ""],
    ]


@scenario(needs="iter-cgroup-children")
def children_of_a_cgroup_are_walked_over(bench: Bench) -> None:
    """Not those below them, nor the cgroup itself."""
    assert walk(bench, "children") == [["left", "right"]]


# A buffer of the pages of a memfd (linux/udmabuf.h), kept until somebody opens the other end of the
# FIFO. The ioctl wants the memfd, sealed against being shrunk, by its number, which is made 100.
HOLD_A_BUFFER = (
    "@syscall memfd_create text:pages 2 ; ftruncate $1 131072 ; fcntl $1 1033 2"
    " ; dup3 $1 100 0 ; openat AT_FDCWD text:/dev/udmabuf 2"
    " ; ioctl $5 0x40187542 u32:100+u32:1+u64:0+u64:65536 ; openat AT_FDCWD text:/tmp/hold 0"
)


@scenario(needs="bpf_iter__dmabuf udmabuf")
def dma_buffer_comes_and_goes(bench: Bench) -> None:
    link = bench.load("buffers.c").filters["buffers"].attach()
    before = link.read()
    assert bench.guest.shell("mkfifo /tmp/hold").wait() == 0
    holding = bench.start(HOLD_A_BUFFER)
    deadline = Deadline.after(PATIENCE_S)
    while (during := link.read()) == before and not holding.ended and not deadline.expired:
        time.sleep(0.05)
    assert bench.guest.shell(": > /tmp/hold; rm /tmp/hold").wait() == 0
    result = holding.wait()

    assert (result.errno, result.signal) == (0, 0), result
    assert (before, during, link.read()) == ("", "udmabuf has 65536 bytes\n", "")

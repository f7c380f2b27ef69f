# SPDX-License-Identifier: GPL-2.0-only
"""What an iterator prints follows what there is: it is walked anew at each reading."""

import time

from harness.scenario import Bench, LoadOptions, scenario

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

# SPDX-License-Identifier: GPL-2.0-only
"""Filters come to an event and go from it while it happens on another CPU all the time."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.scenario import Bench, LoadedObject, LoadOptions, scenario
from harness.values.deadline import Deadline

SYSTEM_CALLS = "while :; do echo; done > /dev/null"
PACKETS = "while :; do ping -A -q -c 100 127.0.0.1; done > /dev/null"
ENOUGH = 20
LONG_ENOUGH_S = 1.0


@contextmanager
def busy(bench: Bench, command: str) -> Iterator[None]:
    """Two tasks repeat it without end."""
    work = [bench.guest.shell(command) for _ in range(2)]
    yield
    for one in work:
        one.kill()
    assert [one.wait() for one in work] == [128 + 9] * 2


def total(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    """What all CPUs have counted in a slot."""
    data = loaded.tables["counts"].lookup(bench.u32(slot))
    assert data is not None
    return sum(bench.number(data[at : at + 8]) for at in range(0, len(data), 8))


def wait_for_count(bench: Bench, loaded: LoadedObject, slot: int = 0) -> None:
    """Until more has been counted in that slot than now."""
    before = total(bench, loaded, slot)
    deadline = Deadline.after(10)
    while total(bench, loaded, slot) == before:
        assert not deadline.expired, f"nothing is counted in slot {slot}"


def rounds() -> Iterator[int]:
    """From 0 on, twenty of them or a second."""
    deadline = Deadline.after(LONG_ENOUGH_S)
    for number in range(ENOUGH):
        if number and deadline.expired:
            return
        yield number


def come_and_go(bench: Bench, name: str, command: str = SYSTEM_CALLS, event: str = "") -> None:
    loaded = bench.load("attach.c", LoadOptions(filters=(name,)))
    with busy(bench, command):
        for number in rounds():
            link = loaded.filters[name].attach(event or None)
            if number % 3 == 0:
                wait_for_count(bench, loaded)
            link.detach()


@scenario(needs="kprobe two-cpus")
def a_kprobe(bench: Bench) -> None:
    come_and_go(bench, "kprobe")


@scenario(needs="kprobe two-cpus")
def a_kretprobe(bench: Bench) -> None:
    """What it has put on the stack of a call stays there until the call returns."""
    come_and_go(bench, "kretprobe")


@scenario(needs="fentry two-cpus")
def a_trampoline(bench: Bench) -> None:
    """Loaded for each round: before v5.13 a program could be attached to its function only once."""
    with busy(bench, SYSTEM_CALLS):
        for _ in rounds():
            loaded = bench.load("attach.c", LoadOptions(filters=("fentry",)))
            loaded.filters["fentry"].attach()
            wait_for_count(bench, loaded)
            loaded.close()


@scenario(needs="tracefs two-cpus")
def a_tracepoint(bench: Bench) -> None:
    come_and_go(bench, "tp")


@scenario(needs="btf two-cpus")
def a_typed_tracepoint(bench: Bench) -> None:
    come_and_go(bench, "tp_btf")


@scenario(needs="two-cpus")
def a_socket_filter(bench: Bench) -> None:
    come_and_go(bench, "socket", PACKETS, "socket/lo")


@scenario(needs="fentry two-cpus")
def both_ends_of_a_trampoline(bench: Bench) -> None:
    """Its image is made anew for each set of filters: bpf_trampoline_update()."""
    with busy(bench, SYSTEM_CALLS):
        for number in rounds():
            loaded = bench.load("attach.c", LoadOptions(filters=("fentry", "fexit")))
            first = loaded.filters["fentry"].attach()
            second = loaded.filters["fexit"].attach()
            wait_for_count(bench, loaded, number % 2)
            (first if number % 2 else second).detach()
            (second if number % 2 else first).detach()
            loaded.close()


@scenario(needs="two-cpus repeated-raw-tracepoints")
def many_on_one_event(bench: Bench) -> None:
    """Taken off from the middle: tracepoint_probe_unregister() copies the others."""
    loaded = bench.load("attach.c", LoadOptions(filters=("raw_tp",)))
    with busy(bench, SYSTEM_CALLS):
        for _ in rounds():
            links = [loaded.filters["raw_tp"].attach() for _ in range(8)]
            wait_for_count(bench, loaded)
            for place in (3, 0, 5, 2, 0, 1, 0, 0):
                links.pop(place).detach()


@scenario(needs="two-cpus")
def one_socket_filter_follows_another(bench: Bench) -> None:
    """The next is there before the last one goes."""
    loaded = bench.load("attach.c", LoadOptions(filters=("socket", "other_socket")))
    filters = (loaded.filters["socket"], loaded.filters["other_socket"])
    with busy(bench, PACKETS):
        last = filters[0].attach("socket/lo")
        for number in rounds():
            link = filters[(number + 1) % 2].attach("socket/lo")
            last.detach()
            if number < 2:
                wait_for_count(bench, loaded, (number + 1) % 2)
            last = link
        last.detach()


@scenario(needs="two-cpus")
def unloaded_while_attached(bench: Bench) -> None:
    """With nothing detached before: the links go with their owner."""
    with busy(bench, SYSTEM_CALLS):
        for _ in rounds():
            loaded = bench.load("attach.c", LoadOptions(filters=("raw_tp", "tp")))
            loaded.filters["raw_tp"].attach()
            loaded.filters["tp"].attach()
            wait_for_count(bench, loaded)
            loaded.close()

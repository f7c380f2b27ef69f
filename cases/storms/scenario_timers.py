# SPDX-License-Identifier: GPL-2.0-only
"""Timers are armed, cancelled and freed while they go off; their tables go with timers armed."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.scenario import Bench, LoadedObject, LoadOptions, RefusedError, scenario
from harness.values.deadline import Deadline

PACKETS = "while :; do ping -A -q -c 100 127.0.0.1; done > /dev/null"
ENOUGH = 60
ENOENT = 2

# A callback must be JITed, and a timer has memory of the same kind as a storage.
JITED = "jit jit-harden"
TIMERS = "bpf_timer_init storage-memory two-cpus"


@contextmanager
def packets(bench: Bench, name: str) -> Iterator[LoadedObject]:
    """The filter sees all of them while two tasks send them."""
    loaded = bench.load("timers.c", LoadOptions(filters=(name,)))
    loaded.filters[name].attach("socket/lo")
    work = [bench.guest.shell(PACKETS) for _ in range(2)]
    yield loaded
    for one in work:
        one.kill()
    assert [one.wait() for one in work] == [128 + 9] * 2


def total(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    data = loaded.tables["counts"].lookup(bench.u32(slot))
    assert data is not None
    return sum(bench.number(data[at : at + 8]) for at in range(0, len(data), 8))


def wait_until(bench: Bench, loaded: LoadedObject, slot: int, count: int) -> None:
    deadline = Deadline.after(10)
    while (now := total(bench, loaded, slot)) < count:
        assert not deadline.expired, f"{now} are counted in slot {slot}, not {count}"


@contextmanager
def suppress_missing() -> Iterator[None]:
    """The timer of the entry may have been faster."""
    try:
        yield
    except RefusedError as error:
        if error.errno != ENOENT:
            raise


@scenario(modes=JITED, needs=TIMERS)
def armed_and_cancelled_by_turns(bench: Bench) -> None:
    with packets(bench, "arm_and_cancel") as loaded:
        wait_until(bench, loaded, 0, ENOUGH)
        wait_until(bench, loaded, 1, 10)


@scenario(modes=JITED, needs=TIMERS)
def an_entry_is_removed_by_its_own_timer_and_by_others(bench: Bench) -> None:
    with packets(bench, "arm_in_passing") as loaded:
        wait_until(bench, loaded, 0, ENOUGH)
        wait_until(bench, loaded, 1, 10)


@scenario(modes=JITED, needs=TIMERS)
def a_timer_cannot_wait_for_itself(bench: Bench) -> None:
    with packets(bench, "arm_to_cancel_itself") as loaded:
        wait_until(bench, loaded, 1, ENOUGH)
        assert total(bench, loaded, 2) == 0


@scenario(modes=JITED, needs=TIMERS)
def tables_are_closed_while_their_timers_go_on(bench: Bench) -> None:
    """They arm themselves again in their callback; with the last reference they are cancelled."""
    for _ in range(3):
        with packets(bench, "arm_for_ever") as loaded:
            wait_until(bench, loaded, 1, 20)
            loaded.close()


@scenario(modes=JITED, needs=TIMERS)
def timers_outlive_the_filter(bench: Bench) -> None:
    """Detached, nobody arms them any more; what is armed goes on."""
    with packets(bench, "arm_for_ever") as loaded:
        wait_until(bench, loaded, 1, 20)
        loaded.detach()
        before = total(bench, loaded, 1)
        wait_until(bench, loaded, 1, before + 20)


@scenario(modes=JITED, needs=TIMERS)
def entries_are_removed_from_user_space_while_their_timers_go_off(bench: Bench) -> None:
    with packets(bench, "arm_in_passing") as loaded:
        wait_until(bench, loaded, 0, 5)
        table = loaded.tables["passing"]
        gone = 0
        deadline = Deadline.after(2)
        while gone < ENOUGH and not deadline.expired:
            for key, _ in table.dump():
                gone += 1
                with suppress_missing():
                    table.remove(key)
        assert gone

# SPDX-License-Identifier: GPL-2.0-only
"""N filters with M events: in which order they run, and what ends an association and what does not.

Filters count only what the processes of triggers do, which are called "fire"; all they do is exact.
"""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.guest.links import Link
from harness.scenario import (
    Bench,
    LoadedObject,
    LoadOptions,
    RefusedError,
    ScenarioSpec,
    Table,
    scenario,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, and what makes it happen so many times."""

    name: str
    """Of the three filters in association.c, without their number."""

    title: str
    """In the names of cases."""

    event: str
    newest_first: bool | None
    """Whether the filter that was attached last runs first; None if that is not said."""

    does: str
    """The trigger, with the number of times to be put into it."""

    needs: str = ""
    needs_again: str = ""
    """For filters that are attached after they were detached."""

    needs_meanwhile: str = ""
    """For filters that stay while others are."""

    def trigger(self, times: int) -> str:
        return self.does.format(times=times)


FORKS = "@fork {times}"
SIGNALS = "@signal times={times} SIGUSR1"
_FOLDER = "AT_FDCWD text:/tmp/folder"
FOLDERS = f"@syscall times={{times}} mkdirat {_FOLDER} 0755 ; unlinkat {_FOLDER} 0x200"

# tracepoint_add_func() in kernel/tracepoint.c puts a function behind those of its priority, and
# bpf_prog_array_copy() in kernel/bpf/core.c a program at the end. add_new_kprobe() in
# kernel/kprobes.c and __bpf_trampoline_link_prog() in kernel/bpf/trampoline.c put theirs at the
# head.
RAW = Kind("raw", "a_raw_tracepoint", "raw_tp/sched_process_fork", newest_first=False, does=FORKS)
TRACEPOINT = Kind(
    "tp", "a_tracepoint", "tp/sched/sched_process_fork", newest_first=False, does=FORKS
)
PROBE = Kind(
    "probe", "a_kprobe", "kprobe/shmem_rmdir", newest_first=True, does=FOLDERS, needs="kprobe"
)
ENTRY = Kind(
    "entry",
    "the_entry_of_a_function",
    "fentry/shmem_rmdir",
    newest_first=True,
    does=FOLDERS,
    needs="fentry",
    needs_again="fentry-again",
    needs_meanwhile="fentry-again steady-trampolines",
)
EXIT = replace(ENTRY, name="exit", title="the_exit_of_a_function", event="fexit/shmem_rmdir")
# ftrace and fprobe have changed hands more than once.
MULTI = Kind(
    "multi",
    "a_multi_kprobe",
    "kprobe.multi/shmem_rmdir",
    newest_first=None,
    does=FOLDERS,
    needs="kprobe.multi",
)
KINDS = (RAW, TRACEPOINT, PROBE, ENTRY, EXIT)

# How often an event happens while others come and go: some 100 ms of it, and then twice as often.
AT_FIRST = {SIGNALS: 1000, FOLDERS: 500}
DOUBLINGS = 6

# Of struct calls in association.c.
CALLS_SIZE = 80
CALLS_MAX = 15


@dataclass(frozen=True, slots=True)
class Filters:
    """Three filters of one kind, and the table in which they write down that they ran."""

    bench: Bench
    kind: Kind
    loaded: LoadedObject
    calls: Table

    def attach(self, number: int, *, owned: bool = False) -> Link:
        found = self.loaded.filters[f"{self.kind.name}_{number}"]
        return found.attach(self.kind.event, owned=owned)

    def fire(self, times: int = 1) -> list[int]:
        """Which filters ran, in their order: the first 15 of them."""
        self.clear()
        self.bench.fire(self.kind.trigger(times))
        count, who = self.read()
        assert count <= CALLS_MAX, count
        return who

    def clear(self) -> None:
        self.calls.add(self.bench.u32(0), bytes(CALLS_SIZE))

    def read(self) -> tuple[int, list[int]]:
        """How often any of them ran, and which, as far as there is room for."""
        words = self._words()
        return words[0], words[1 : 1 + min(words[0], CALLS_MAX)]

    def runs(self, number: int) -> int:
        """How often one of them ran."""
        return self._words()[1 + CALLS_MAX + number]

    def _words(self) -> list[int]:
        value = self.calls.lookup(self.bench.u32(0)) or b""
        return [self.bench.number(value[at : at + 4]) for at in range(0, len(value), 4)]


def load(bench: Bench, kind: Kind) -> Filters:
    """The table is not the object's own, so that it can be read when the object is gone."""
    table = bench.guest.table("calls", entries=1, key_size=4, value_size=CALLS_SIZE, type="array")
    names = tuple(f"{kind.name}_{number}" for number in (1, 2, 3))
    loaded = bench.load("association.c", LoadOptions(filters=names, reuse={"calls": table.ref}))
    return Filters(bench, kind, loaded, table)


def expect(found: list[int], attached: list[int], kind: Kind) -> None:
    """The order in which they were attached, or its reverse."""
    wanted = attached[::-1] if kind.newest_first else attached
    if kind.newest_first is None:
        found, wanted = sorted(found), sorted(attached)
    assert found == wanted, f"filters ran in the order {found}, expected {wanted}"


def refusal(operation: Callable[[], object]) -> int:
    """The errno with which the kernel refuses it; 0 if it does not."""
    try:
        operation()
    except RefusedError as error:
        return error.errno
    return 0


def in_order(bench: Bench, kind: Kind) -> None:
    """Also after the one in the middle has gone, and has come back as the last one."""
    filters = load(bench, kind)
    links = {number: filters.attach(number) for number in (3, 1, 2)}
    expect(filters.fire(), [3, 1, 2], kind)

    links[1].detach()
    expect(filters.fire(), [3, 2], kind)

    filters.attach(1)
    expect(filters.fire(), [3, 2, 1], kind)


def owner_dies(bench: Bench, kind: Kind) -> None:
    """A process that is killed detaches what it alone holds, and nothing else."""
    filters = load(bench, kind)
    filters.attach(1)
    owned = filters.attach(2, owned=True)
    expect(filters.fire(), [1, 2], kind)

    owned.detach()

    assert filters.fire() == [1]
    assert bench.guest.health().processes == 0


def object_is_unloaded(bench: Bench, kind: Kind) -> None:
    """The link keeps the program, the program its table."""
    filters = load(bench, kind)
    links = [filters.attach(number) for number in (1, 2)]

    filters.loaded.submit_close().result()

    expect(filters.fire(), [1, 2], kind)
    links[0].detach()
    assert filters.fire() == [2]
    links[1].detach()
    assert filters.fire() == []


def while_firing(filters: Filters, change: Callable[[], Iterator[None]]) -> None:
    """Change what else is attached while an event goes on: the filter that stays misses nothing.

    How often it has to go on to last long enough is the machine's affair.
    """
    times = AT_FIRST[filters.kind.does]
    filters.attach(3)
    for _ in range(DOUBLINGS):
        if overlaps(filters, change, times):
            break
        times *= 2
    else:
        raise AssertionError("the event was over before anything had changed")
    assert filters.fire() == [3]


def overlaps(filters: Filters, change: Callable[[], Iterator[None]], times: int) -> int:
    """How many changes were made while the event went on, in four rounds of so many events."""
    rounds, found = 4, 0
    filters.clear()
    for _ in range(rounds):
        firing = filters.bench.start(filters.kind.trigger(times))
        for _ in change():
            found += not firing.ended
        result = firing.wait()
        assert (result.errno, result.signal, result.timed_out) == (0, 0, False), result

    assert filters.runs(3) == rounds * times, f"{filters.runs(3)} runs in {rounds * times} events"
    assert filters.runs(1) <= rounds * times, f"{filters.runs(1)} runs in {rounds * times} events"
    return found


def detached_while_firing(bench: Bench, kind: Kind) -> None:
    filters = load(bench, kind)

    def come_and_go() -> Iterator[None]:
        for _ in range(2):
            links = []
            for number in (1, 2):
                links.append(filters.attach(number))
                yield
            for link in links:
                link.detach()
                yield

    while_firing(filters, come_and_go)


def owner_dies_while_firing(bench: Bench, kind: Kind) -> None:
    """Nobody has asked the kernel to detach."""
    filters = load(bench, kind)

    def come_and_die() -> Iterator[None]:
        for _ in range(2):
            link = filters.attach(1, owned=True)
            yield
            link.detach()
            yield

    while_firing(filters, come_and_die)


def not_replaced(bench: Bench, kind: Kind) -> None:
    """BPF_LINK_UPDATE is EINVAL where struct bpf_link_ops has no update_prog."""
    filters = load(bench, kind)
    link = filters.attach(1)
    other = filters.loaded.filters[f"{kind.name}_2"].ref
    assert refusal(lambda: link.replace(other)) == errno.EINVAL
    assert filters.fire() == [1]


def one_on_many(bench: Bench, kind: Kind, others: tuple[str, ...], trigger: str) -> None:
    """The filter runs once for each of its events, and for those that are left."""
    filters = load(bench, kind)
    found = filters.loaded.filters[f"{kind.name}_1"]
    links = [found.attach(event) for event in (kind.event, *others)]
    for left in range(len(links), -1, -1):
        filters.clear()
        bench.fire(trigger)
        assert filters.read()[0] == left, f"{filters.read()[0]} runs with {left} associations"
        if left:
            links.pop().detach()


def declare(
    title: str,
    body: Callable[[Bench, Kind], None],
    kinds: tuple[Kind, ...],
    *,
    needs: Callable[[Kind], str] = lambda kind: kind.needs,
    modes: str = "interp jit",
) -> dict[str, ScenarioSpec]:
    """A case for each kind, by its name. What constants look like has no part in any of it."""

    def on(kind: Kind) -> ScenarioSpec:
        def run(bench: Bench) -> None:
            body(bench, kind)

        run.__name__ = title.format(kind.title)
        return scenario(modes=modes, needs=needs(kind))(run)

    return {found.name: found for found in map(on, kinds)}


def to_attach_again(kind: Kind) -> str:
    return f"{kind.needs} {kind.needs_again}"


def to_stay_meanwhile(kind: Kind) -> str:
    return f"{kind.needs} {kind.needs_meanwhile}"


WITH_MULTI = (*KINDS, MULTI)
# A signal is delivered in a hundredth of the time that a fork takes, and as exactly.
OFTEN = (
    replace(RAW, event="raw_tp/signal_deliver", does=SIGNALS),
    replace(TRACEPOINT, event="tp/signal/signal_deliver", does=SIGNALS),
    PROBE,
    ENTRY,
    EXIT,
)
globals().update(
    declare("{}_runs_filters_in_order", in_order, KINDS, needs=to_attach_again)
    | declare("{}_goes_on_without_a_dead_owners_filter", owner_dies, WITH_MULTI)
    | declare("{}_keeps_the_filters_of_an_unloaded_object", object_is_unloaded, WITH_MULTI)
    | declare("{}_does_not_replace_filters", not_replaced, WITH_MULTI, modes="interp")
    | declare(
        "{}_loses_filters_while_it_happens",
        detached_while_firing,
        (*OFTEN, MULTI),
        needs=to_stay_meanwhile,
        modes="jit",
    )
    | declare(
        "{}_loses_owners_while_it_happens",
        owner_dies_while_firing,
        OFTEN,
        needs=to_stay_meanwhile,
        modes="jit",
    )
)


@scenario(modes="interp jit")
def one_filter_on_several_raw_tracepoints(bench: Bench) -> None:
    others = ("raw_tp/task_newtask", "raw_tp/sched_process_wait")
    one_on_many(bench, RAW, others, "@fork 1")


@scenario(modes="interp jit")
def one_filter_on_several_tracepoints(bench: Bench) -> None:
    others = ("tp/task/task_newtask", "tp/sched/sched_process_wait")
    one_on_many(bench, TRACEPOINT, others, "@fork 1")


@scenario(modes="interp jit", needs="kprobe")
def one_filter_on_several_kprobes(bench: Bench) -> None:
    others = ("kprobe/shmem_mkdir", "kprobe/shmem_rmdir")
    one_on_many(bench, PROBE, others, PROBE.trigger(1))


@scenario(modes="interp")
def one_filter_is_at_a_tracepoint_once(bench: Bench) -> None:
    """bpf_prog_array_copy() refuses the same program; each kprobe is an event of its own."""
    filters = load(bench, TRACEPOINT)
    filters.attach(1)
    assert refusal(lambda: filters.attach(1)) == errno.EEXIST
    assert filters.fire() == [1]

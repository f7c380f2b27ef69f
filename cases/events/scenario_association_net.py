# SPDX-License-Identifier: GPL-2.0-only
"""N filters on the way of a packet: in which order they run, and how one takes another's place."""

import errno
import time
from collections.abc import Callable
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

FRAME = "lo zero:12 be16:0x88b5 text:hello"
DATAGRAM = "127.0.0.1:4000 text:hello"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, what makes it happen, and what comes of it where a filter drops."""

    name: str
    """Of the filters in association_net.c, before their number."""

    title: str
    """In the names of cases."""

    needs: str
    event: str
    trigger: str
    dropped: str = "nothing"
    drops: int = 1
    """How often a filter runs that drops."""

    newest_first: bool = False


XDP = Kind("xdp", "xdp", "xdp-links", "xdp/lo", f"@packet {FRAME}")
TCX = Kind("tcx", "tcx", "tcx", "tcx/ingress/lo", f"@packet {FRAME}")
# One that has chosen no priority is put before the others: tcf_auto_prio() in net/sched/cls_api.c.
CLSACT = Kind("tc", "clsact", "clsact", "clsact/ingress/lo", f"@packet {FRAME}", newest_first=True)
# Of the root, where all processes are. __cgroup_bpf_run_filter_skb() has the sender told of it.
GROUP = Kind(
    "group", "a_cgroup", "cgroup-bpf", "cgroup_skb/egress/.", f"@udp {DATAGRAM}", dropped="EPERM"
)
# Where there is no socket the sender is told by ICMP, and its socket is looked up as well:
# __udp4_lib_err() in net/ipv4/udp.c.
LOOKUP = Kind("lookup", "a_socket_lookup", "sk_lookup", "sk_lookup", f"@udp {DATAGRAM}", drops=2)

HOOK = Kind(
    "hook", "netfilter", "netfilter-links btf", "netfilter/ipv4/local_in", f"@udp {DATAGRAM}"
)
LINKS = (XDP, TCX, GROUP, LOOKUP)

# Of struct calls in association.h.
CALLS_SIZE = 80
CALLS_MAX = 15

SETTLED_S = 5.0


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of one kind, and the table in which they write down that they ran."""

    bench: Bench
    kind: Kind
    loaded: LoadedObject
    calls: Table

    def attach(self, name: int | str, event: str = "", *, owned: bool = False) -> Link:
        found = self.loaded.filters[f"{self.kind.name}_{name}"]
        return found.attach(event or self.kind.event, owned=owned)

    def fire(self, expected: str = "") -> list[int]:
        """Which filters ran, in their order."""
        self.calls.add(self.bench.u32(0), bytes(CALLS_SIZE))
        self.bench.fire(f"{self.kind.trigger} = {expected or 'success'}")
        words = self._words()
        assert words[0] <= CALLS_MAX, words
        return words[1 : 1 + words[0]]

    def fire_dropped(self) -> None:
        """With the one that drops, and no other."""
        found, wanted = self.fire(self.kind.dropped), [0] * self.kind.drops
        assert found == wanted, f"filters ran in the order {found}, expected {wanted}"

    def runs(self) -> int:
        """How often any of them ran."""
        return self._words()[0]

    def _words(self) -> list[int]:
        value = self.calls.lookup(self.bench.u32(0)) or b""
        return [self.bench.number(value[at : at + 4]) for at in range(0, len(value), 4)]


def load(bench: Bench, kind: Kind, source: str = "association_net.c") -> Filters:
    """The table is not the object's own, so that it can be read when the object is gone."""
    table = bench.guest.table("calls", entries=1, key_size=4, value_size=CALLS_SIZE, type="array")
    names = tuple(f"{kind.name}_{which}" for which in (1, 2, 3, "drop"))
    loaded = bench.load(source, LoadOptions(filters=names, reuse={"calls": table.ref}))
    return Filters(bench, kind, loaded, table)


def refusal(operation: Callable[[], object]) -> int:
    """The errno with which the kernel refuses it; 0 if it does not."""
    try:
        operation()
    except RefusedError as error:
        return error.errno
    return 0


def expect(found: list[int], attached: list[int], kind: Kind) -> None:
    """The order in which they were attached, or its reverse."""
    wanted = attached[::-1] if kind.newest_first else attached
    assert found == wanted, f"filters ran in the order {found}, expected {wanted}"


def in_order(bench: Bench, kind: Kind) -> None:
    """Also after the one in the middle has gone, and has come back as the last one."""
    filters = load(bench, kind)
    links = {number: filters.attach(number) for number in (3, 1, 2)}
    expect(filters.fire(), [3, 1, 2], kind)

    links[1].detach()
    expect(filters.fire(), [3, 2], kind)

    filters.attach(1)
    expect(filters.fire(), [3, 2, 1], kind)


def replaced(bench: Bench, kind: Kind) -> None:
    """At once, in the same place, and back; the link is still the same one."""
    filters = load(bench, kind)
    link = filters.attach(1)
    assert filters.fire() == [1]

    link.replace(filters.loaded.filters[f"{kind.name}_drop"].ref)
    filters.fire_dropped()
    link.replace(filters.loaded.filters[f"{kind.name}_2"].ref)
    assert filters.fire() == [2]

    link.detach()
    assert filters.fire() == []


def outlives_its_object(bench: Bench, kind: Kind) -> None:
    filters = load(bench, kind)
    link = filters.attach("drop")

    filters.loaded.submit_close().result()

    filters.fire_dropped()
    link.detach()
    assert filters.fire() == []


def dies_with_its_owner(bench: Bench, kind: Kind) -> None:
    filters = load(bench, kind)
    link = filters.attach("drop", owned=True)
    filters.fire_dropped()

    link.detach()

    assert filters.fire() == []
    assert bench.guest.health().processes == 0


def replaced_under_traffic(bench: Bench, kind: Kind) -> None:
    """Each packet meets one filter, the old or the new one: none slips through between them."""
    filters = load(bench, kind)
    link = filters.attach(1)
    filters.calls.add(bench.u32(0), bytes(CALLS_SIZE))
    word, rest = kind.trigger.split(" ", 1)
    times, swaps = 3000, 0
    firing = bench.start(f"{word} times={times} listen=none {rest}")
    while not firing.ended:
        link.replace(filters.loaded.filters[f"{kind.name}_{1 + swaps % 3}"].ref)
        swaps += 1
    result = firing.wait()

    assert result.value == times, result
    assert swaps > 1, "the traffic was over before anything was replaced"
    # What was sent last may still be under way.
    until = time.monotonic() + SETTLED_S
    while filters.runs() < times and time.monotonic() < until:
        pass
    assert filters.runs() == times, f"{filters.runs()} runs, {times} packets"


def declare(
    title: str,
    body: Callable[[Bench, Kind], None],
    kinds: tuple[Kind, ...],
    *,
    modes: str = "interp jit jit-harden",
) -> dict[str, ScenarioSpec]:
    """A case for each kind, by its name."""

    def on(kind: Kind) -> ScenarioSpec:
        def run(bench: Bench) -> None:
            body(bench, kind)

        run.__name__ = title.format(kind.title)
        return scenario(modes=modes, needs=kind.needs)(run)

    return {found.name: found for found in map(on, kinds)}


globals().update(
    declare("{}_runs_filters_in_order", in_order, (TCX, CLSACT, GROUP, LOOKUP))
    | declare("a_filter_of_{}_is_replaced", replaced, LINKS)
    | declare("a_filter_of_{}_outlives_its_object", outlives_its_object, (*LINKS, CLSACT))
    | declare("a_filter_of_{}_dies_with_its_owner", dies_with_its_owner, LINKS)
    | declare(
        "a_filter_of_{}_is_replaced_under_traffic",
        replaced_under_traffic,
        (XDP, TCX, GROUP),
        modes="jit",
    )
)


@scenario(needs="xdp-links")
def an_interface_has_one_xdp_filter(bench: Bench) -> None:
    """The second is EBUSY, and takes nothing from the first: dev_xdp_attach() in net/core/dev.c."""
    filters = load(bench, XDP)
    filters.attach(1)
    assert refusal(lambda: filters.attach(2)) == errno.EBUSY
    assert filters.fire() == [1]


@scenario(needs="clsact")
def a_qdisc_is_not_left_to_a_process(bench: Bench) -> None:
    """Nothing of it goes with the process; the agent refuses, and has taken it away."""
    filters = load(bench, CLSACT)
    assert refusal(lambda: filters.attach("drop", owned=True)) == errno.EOPNOTSUPP
    assert filters.fire() == []


@scenario(needs="veth")
def an_interface_has_filters_of_its_own(bench: Bench) -> None:
    """What is sent at one end of a pair comes in at the other, and is received there."""
    kind = replace(XDP, event="xdp/veth0", trigger="@packet veth1 zero:12 be16:0x88b5 text:hello")
    filters = load(bench, kind)
    link = filters.attach(1)
    filters.attach(2, "xdp/veth1")
    assert filters.fire() == [1]

    link.replace(filters.loaded.filters["xdp_drop"].ref)
    filters.fire_dropped()
    # XDP sees nothing of what goes out.
    bench.fire("@packet veth0 zero:12 be16:0x88b5 text:hello")


@scenario(needs="tcx")
def a_filter_that_drops_ends_the_row(bench: Bench) -> None:
    filters = load(bench, TCX)
    for which in (1, "drop", 2):
        filters.attach(which)
    assert filters.fire("nothing") == [1, 0]


@scenario(needs="cgroup-bpf")
def all_filters_of_a_cgroup_see_what_one_drops(bench: Bench) -> None:
    """And their verdicts are taken together: bpf_prog_run_array_cg() in kernel/bpf/cgroup.c."""
    filters = load(bench, GROUP)
    for which in (1, "drop", 2):
        filters.attach(which)
    assert filters.fire("EPERM") == [1, 0, 2]


@scenario(needs="netfilter-links btf")
def netfilter_goes_by_priority(bench: Bench) -> None:
    """The lower first, whenever it came."""
    filters = load(bench, HOOK, "association_netfilter.c")
    for number, priority in ((1, 30), (2, 10), (3, 20)):
        filters.attach(number, f"{HOOK.event}/{priority}")
    assert filters.fire() == [2, 3, 1]

    filters.attach("drop", f"{HOOK.event}/15")
    # nf_hook_slow() does not tell the sender, who has sent it long since.
    assert filters.fire("nothing") == [2, 0]


@scenario(needs="netfilter-links btf")
def netfilter_does_not_replace(bench: Bench) -> None:
    filters = load(bench, HOOK, "association_netfilter.c")
    link = filters.attach(1)
    other = filters.loaded.filters["hook_2"].ref
    assert refusal(lambda: link.replace(other)) == errno.EOPNOTSUPP
    assert filters.fire() == [1]

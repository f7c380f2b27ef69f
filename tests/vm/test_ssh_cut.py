"""An agent that is cut off from its host, or killed, leaves a machine as it was.

Interfaces, qdiscs, routes and cgroups do not go with the process that has made them.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.guest.filters import LoadedObject
from harness.guest.guest import Guest
from harness.images.ssh_server import OPENSSH
from harness.remote.host import RemoteHost
from harness.remote.machine import MachinePlan, RemoteMachine
from harness.remote.ssh_guest import SshGuest
from harness.runner.target import Target
from harness.toolchain.agent import agent_binary
from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, SilenceError
from tests.vm.conftest import SSH_BOOT_S, compiler_in
from tests.vm.ssh_machine import look, wait_until_clean

FILTERS = """\
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

SEC("tc") int passes(struct __sk_buff *skb) { return 0; }
SEC("lwt_in") int comes_in(struct __sk_buff *skb) { return 0; }
SEC("cgroup_skb/egress") int goes_out(struct __sk_buff *skb) { return 1; }
SEC("xdp") int dropped(struct xdp_md *ctx) { return XDP_DROP; }

char _license[] SEC("license") = "GPL";
"""

PATIENCE_S = 5

# Parent of the parent: of the shell, the worker; of that, the supervisor.
SUPERVISOR = "read -r _ _ _ supervisor _ </proc/$PPID/stat; "

Begin = Callable[..., Guest]


@pytest.fixture
def begin(machine: SshGuest, target: Target, tmp_path: Path) -> Iterator[Begin]:
    """Puts an agent there that is patient for so long."""
    host = RemoteHost(machine.address, machine.credentials, wait_s=120)
    agent = agent_binary(target.arch)
    begun: list[Guest] = []

    def start(timeout_s: float = 60, patience_s: int = PATIENCE_S) -> Guest:
        plan = MachinePlan(agent, agent.parent.name, None, tmp_path, patience_s)
        running = RemoteMachine(host, plan, Deadline.after(SSH_BOOT_S))
        begun.append(Guest(running, timeout_s=timeout_s))
        return begun[-1]

    yield start
    for guest in begun:
        guest.vm.stop()
    host.close()


@pytest.fixture
def filters(target: Target, tmp_path: Path) -> bytes:
    return compiler_in(tmp_path, target.arch)(FILTERS)


def cut(guest: Guest, loaded: LoadedObject) -> None:
    """Whether the first of this is still answered or not."""
    loaded.filters["dropped"].attach("xdp/eth0")
    guest.shell("true").wait()


def cut_off(guest: Guest, loaded: LoadedObject) -> ChannelError:
    """How it is lost; nobody is accused of that."""
    with pytest.raises(ChannelError) as lost:
        cut(guest, loaded)
    loss = guest.vm.loss(lost.value)

    assert loss.machine_fault is not None
    assert f"nothing came to the agent for {PATIENCE_S} s" in loss.machine_fault
    return lost.value


@pytest.mark.parametrize("timeout_s", [2, 60])
def test_a_filter_that_cuts_the_connection_goes_and_nobody_is_accused(
    machine: SshGuest, begin: Begin, filters: bytes, timeout_s: float
) -> None:
    """Also where the trial is given up before the agent gives up the host."""
    before = look(machine)
    guest = begin(timeout_s)

    lost = cut_off(guest, guest.load(filters))

    assert isinstance(lost, SilenceError) == (timeout_s < PATIENCE_S)
    assert wait_until_clean(machine, before) == before


def test_a_kernel_that_talks_without_end_does_not_keep_the_agent(
    machine: SshGuest, begin: Begin, filters: bytes
) -> None:
    """What it says comes over the connection that is cut, and is not taken there."""
    before = look(machine)
    guest = begin()
    guest.shell(
        "line=$(head -c 400 /dev/zero | tr '\\0' x); while echo $line >/dev/kmsg; do :; done"
    )

    cut_off(guest, guest.load(filters))

    assert wait_until_clean(machine, before) == before


def test_a_host_that_has_nothing_to_say_is_not_given_up(begin: Begin) -> None:
    guest = begin(patience_s=2)

    time.sleep(3 * 2)

    assert guest.shell("true").wait() == 0


def attach_all(guest: Guest, filters: bytes) -> None:
    loaded = guest.load(filters)
    for name, event in (
        ("passes", "clsact/ingress/lo"),
        ("passes", "clsact/egress/veth0"),
        ("comes_in", "lwt_in/192.0.2.1"),
        ("goes_out", "cgroup_skb/egress/filtered"),
    ):
        loaded.filters[name].attach(event)


def end_with_filters(machine: SshGuest, begin: Begin, filters: bytes, end: str) -> None:
    """All that was made is seen there, and is seen to go."""
    before = look(machine)
    guest = begin()
    attach_all(guest, filters)
    during = look(machine)

    with pytest.raises(ChannelError):
        guest.shell(f"{end}; sleep 100").wait()

    for trace in ("veth0", "clsact", "192.0.2.1", "filtered"):
        assert trace in during
        assert trace not in before
    assert wait_until_clean(machine, before) == before


@pytest.mark.parametrize(
    "end", ["kill -9 $PPID", f"{SUPERVISOR} kill $supervisor"], ids=["worker", "supervisor"]
)
def test_filters_go_with_an_agent_that_is_killed(
    machine: SshGuest, begin: Begin, filters: bytes, end: str
) -> None:
    end_with_filters(machine, begin, filters, end)


@pytest.mark.parametrize("machine", [OPENSSH], indirect=True, ids=["openssh"])
def test_a_worker_that_hangs_has_half_a_minute_to_end(
    machine: SshGuest, begin: Begin, filters: bytes
) -> None:
    end_with_filters(machine, begin, filters, f"kill -STOP $PPID; {SUPERVISOR} kill $supervisor")

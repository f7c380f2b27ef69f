"""The pool, on guests whose agent is a Python object: none is left running on any path."""

from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.runner.pool import GuestPool
from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, InfrastructureError
from harness.vm.fake import FakeVm
from harness.vm.plan import VmPlan
from harness.vm.snapshots import Snapshots
from tests.fake_guests import TARGET


def pool_of(vm: FakeVm, folder: Path, monkeypatch: pytest.MonkeyPatch) -> GuestPool:
    """A pool whose only guest is on this VM."""

    def start(plan: VmPlan, deadline: Deadline, snapshots: Snapshots | None) -> Guest:
        return Guest(vm)

    monkeypatch.setattr(Guest, "start", start)
    return GuestPool(TARGET, lambda name: folder)


def test_a_guest_that_dies_before_it_is_lent_is_ended_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else knows of its QEMU."""

    def die(request: dict[str, Any]) -> dict[str, Any]:
        vm.channel.cut()
        return {}

    vm = FakeVm(tmp_path / "console.log", {"health": die})
    pool = pool_of(vm, tmp_path, monkeypatch)
    for _ in range(3):
        with pytest.raises(ChannelError):
            pool.take()

    assert vm.stopped
    assert pool.started == 0
    with pytest.raises(InfrastructureError, match="3 guests in a row did not start"):
        pool.take()


def test_a_guest_given_back_after_the_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread may finish its trial after the pool was closed."""
    vm = FakeVm(tmp_path / "console.log", {})
    pool = pool_of(vm, tmp_path, monkeypatch)
    lent = pool.take()
    pool.refuse()
    pool.close()

    pool.give_back(lent)

    assert vm.stopped

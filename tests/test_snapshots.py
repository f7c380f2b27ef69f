"""harness.vm.snapshots, and starting from what they keep, on a program in QEMU's place."""

import logging
import os
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from harness.values.accel import Accel
from harness.values.deadline import Deadline
from harness.values.errors import BootError, GuestError, KilledError
from harness.vm.plan import VmPlan
from harness.vm.process import living_processes
from harness.vm.snapshots import Snapshot, Snapshots
from harness.vm.vm import Vm
from tests.fake_guests import TARGET
from tests.fake_monitor import STATE
from tests.fake_qemu import install

_BOOTED = "Linux version 6.12.1-fake"
_RESTORED = "restored"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VmPlan:
    """QEMU is a program that behaves as FAKE_QEMU says."""
    monkeypatch.setenv("PATH", str(install(tmp_path / "bin")), prepend=":")
    return TARGET.plan(tmp_path)


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "snapshots")


def start(plan: VmPlan, snapshots: Snapshots | None) -> tuple[str, str]:
    """The release that hello told, and the console."""
    with Vm.start(plan, Deadline.after(20), snapshots) as vm:
        return vm.identity.release, vm.console.read()


def kept(snapshots: Snapshots, plan: VmPlan) -> Snapshot:
    found = snapshots.find(plan)
    assert found is not None
    return found


def test_what_was_booted_once_is_restored(plan: VmPlan, snapshots: Snapshots) -> None:
    _, booted = start(plan, snapshots)
    assert kept(snapshots, plan).state.read_bytes() == STATE

    release, restored = start(plan, snapshots)

    assert release == "6.12.1-fake"
    assert _RESTORED not in booted
    # The console of a restored guest begins with what it said while it booted.
    assert restored.startswith(booted)
    assert restored.count(_BOOTED) == 1
    assert _RESTORED in restored
    assert "-incoming fd:" in (plan.folder / "command.txt").read_text()
    assert living_processes() == ()


def test_without_snapshots_nothing_is_kept(plan: VmPlan, snapshots: Snapshots) -> None:
    start(plan, None)

    assert snapshots.find(plan) is None


@pytest.mark.parametrize("damage", ["empty", "torn", "gone", "no console"])
def test_a_state_that_does_not_restore_is_dropped_and_the_guest_boots(
    plan: VmPlan, snapshots: Snapshots, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    start(plan, snapshots)
    snapshot = kept(snapshots, plan)
    match damage:
        case "empty":
            snapshot.state.write_bytes(b"")
        case "torn":
            snapshot.state.write_bytes(STATE[:-1])
        case "gone":
            snapshot.state.unlink()
        case "no console":
            snapshot.console.unlink()

    with caplog.at_level(logging.WARNING):
        _, console = start(plan, snapshots)

    assert console.startswith(f"[    0.000000] {_BOOTED}")
    assert _RESTORED not in console
    assert "a saved state is dropped, the guest is booted: " in caplog.text
    # What was booted instead has been kept.
    assert kept(snapshots, plan).state.read_bytes() == STATE
    assert living_processes() == ()


def test_a_guest_that_takes_no_fresh_entropy_is_not_used(
    plan: VmPlan, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(plan, snapshots)
    monkeypatch.setenv("FAKE_RENEW", "1")

    _, console = start(plan, snapshots)

    assert _RESTORED not in console


def test_a_guest_that_cannot_start_is_not_blamed_on_its_state(
    plan: VmPlan, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(plan, snapshots)
    monkeypatch.setenv("FAKE_QEMU", "refuse")

    with pytest.raises(BootError, match="unsupported machine type"):
        start(plan, snapshots)


def test_a_state_is_not_blamed_for_a_signal_to_qemu(
    plan: VmPlan, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(plan, snapshots)
    monkeypatch.setenv("FAKE_QEMU", "killed")

    with pytest.raises(KilledError, match="did not become ready"):
        start(plan, snapshots)

    assert snapshots.find(plan) is not None


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_state_that_cannot_be_saved_costs_nothing_else(
    plan: VmPlan,
    snapshots: Snapshots,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    outcome: str,
) -> None:
    monkeypatch.setenv("FAKE_MIGRATION", outcome)

    with caplog.at_level(logging.WARNING):
        release, _ = start(plan, snapshots)

    assert release == "6.12.1-fake"
    assert f"is not kept: QEMU did not save the state: {outcome}" in caplog.text
    assert snapshots.find(plan) is None


def test_a_state_that_takes_too_long_is_given_up(
    plan: VmPlan,
    snapshots: Snapshots,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The guest runs on, as if nobody had asked."""
    monkeypatch.setenv("FAKE_MIGRATION", "active")
    monkeypatch.setattr("harness.vm.vm._SAVE_S", 0.2)

    with caplog.at_level(logging.WARNING):
        release, _ = start(plan, snapshots)

    assert release == "6.12.1-fake"
    assert "QEMU did not save the state in time: it is active" in caplog.text
    assert snapshots.find(plan) is None


def test_half_a_state_is_never_seen(plan: VmPlan, snapshots: Snapshots) -> None:
    def half(snapshot: Snapshot) -> None:
        snapshot.state.write_bytes(b"half")
        assert snapshots.find(plan) is None
        raise GuestError("QEMU died")

    snapshots.keep(plan, half)

    assert snapshots.find(plan) is None


def test_the_first_to_keep_a_state_is_right(plan: VmPlan, snapshots: Snapshots) -> None:
    snapshots.keep(plan, fill_with(b"first"))
    snapshots.keep(plan, fill_with(b"second"))

    assert kept(snapshots, plan).state.read_bytes() == b"first"


def fill_with(data: bytes) -> "_Fill":
    return _Fill(data)


class _Fill:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def __call__(self, snapshot: Snapshot) -> None:
        snapshot.state.write_bytes(self._data)
        snapshot.console.write_bytes(b"")


def test_those_not_wanted_for_longest_make_room(plan: VmPlan, tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "s", limit_bytes=25)
    plans = [replace(plan, qemu_version=f"8.{number}") for number in range(3)]
    for number, each in enumerate(plans[:2]):
        snapshots.keep(each, fill_with(bytes(10)))
        os.utime(kept(snapshots, each).folder, (number, number))
    assert snapshots.find(plans[0]) is not None

    snapshots.keep(plans[2], fill_with(bytes(10)))

    assert [snapshots.find(each) is not None for each in plans] == [True, False, True]


def test_a_state_larger_than_the_limit_is_kept_alone(plan: VmPlan, tmp_path: Path) -> None:
    """Removing what was kept a moment ago would make every start a cold one."""
    snapshots = Snapshots(tmp_path / "s", limit_bytes=1)

    snapshots.keep(plan, fill_with(bytes(10)))

    assert snapshots.find(plan) is not None


def test_a_disk_that_is_nearly_full_is_left_alone(
    plan: VmPlan,
    snapshots: Snapshots,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(2**40, 2**40 - 2**20, 2**20))

    with caplog.at_level(logging.WARNING):
        snapshots.keep(plan, fill_with(b"x"))

    assert "only 1 MiB are free" in caplog.text
    assert snapshots.find(plan) is None


def test_what_makes_another_guest_makes_another_key(plan: VmPlan) -> None:
    others = [
        replace(plan, qemu_version="9.0.0"),
        replace(plan, kernel=replace(plan.kernel, digest="1" * 64)),
        replace(plan, image=replace(plan.image, digest="1" * 64)),
        replace(plan, hardware=replace(plan.hardware, cpus=1)),
        replace(plan, hardware=replace(plan.hardware, cpu_model="Haswell")),
        replace(plan, hardware=replace(plan.hardware, arguments=("nokaslr",))),
        replace(plan, hardware=replace(plan.hardware, accel=Accel.KVM)),
    ]

    assert len({plan.state_key, *(other.state_key for other in others)}) == len(others) + 1


def test_where_the_files_lie_is_not_part_of_the_key(plan: VmPlan) -> None:
    moved = replace(
        plan,
        folder=Path("/elsewhere"),
        kernel=replace(plan.kernel, image=Path("/elsewhere/vmlinuz")),
        image=replace(plan.image, path=Path("/elsewhere/image")),
    )

    assert moved.state_key == plan.state_key


def test_who_comes_second_does_not_wait_for_the_first_to_save(
    plan: VmPlan, snapshots: Snapshots, caplog: pytest.LogCaptureFixture
) -> None:
    """Two guests of a plan boot side by side and are ready at the same time."""

    def fill(snapshot: Snapshot) -> None:
        snapshots.keep(plan, second.append)
        fill_with(b"first")(snapshot)

    second: list[Snapshot] = []
    with caplog.at_level(logging.INFO):
        snapshots.keep(plan, fill)

    found = snapshots.find(plan)
    assert found is not None
    assert found.state.read_bytes() == b"first"
    assert second == []
    assert caplog.messages == []

"""Guests that go on from a saved state, on real kernels."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from harness.formats.splats import find_splats
from harness.guest.guest import Guest
from harness.runner.target import Target, prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import ARCHES, Arch
from harness.values.deadline import Deadline
from harness.vm.snapshots import Snapshots
from tests.vm.conftest import BOOT_S, plan_in

_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_UUID = "/proc/sys/kernel/random/uuid"
_CLOCK_S = 5.0

NEWEST = "debian:7.2"

# A CPU without a timer is locked up for arch/powerpc/kernel/watchdog.c after ten seconds.
_IDLE_S = 12.0
_WORK_S = 20.0

# A state may be dropped on a crowded machine; what is booted then leaves another.
_STARTS = 4


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Snapshots:
    return Snapshots(tmp_path_factory.mktemp("snapshots"))


@contextmanager
def started(folder: Path, target: Target, snapshots: Snapshots) -> Iterator[Guest]:
    folder.mkdir()
    plan = plan_in(folder, target)
    with Guest.start(plan, Deadline.after(BOOT_S), snapshots) as guest:
        yield guest


def random_words(guest: Guest) -> list[bytes]:
    return [guest.read_file(_UUID, 64) for _ in range(4)]


def clock_s(guest: Guest) -> float:
    shell = guest.shell("date +%s")
    assert shell.wait() == 0
    return float(shell.output)


def test_siblings_share_neither_boot_id_nor_random_numbers_nor_an_old_clock(
    tmp_path: Path, any_target: Target, snapshots: Snapshots
) -> None:
    """Three from one state at the same time, and the one that the state was taken of."""
    with started(tmp_path / "first", any_target, snapshots) as first:
        assert snapshots.find(plan_in(tmp_path, any_target)) is not None
        with ThreadPoolExecutor(3) as executor:
            seen = list(
                executor.map(
                    lambda number: look(tmp_path / f"{number}", any_target, snapshots), range(3)
                )
            )
        seen.append((first.identity.boot_id, random_words(first), 0.0))

    assert len({boot_id for boot_id, _, _ in seen}) == 4
    assert len({word for _, words, _ in seen for word in words}) == 16
    assert all(abs(late_s) < _CLOCK_S for _, _, late_s in seen)


def look(folder: Path, target: Target, snapshots: Snapshots) -> tuple[str, list[bytes], float]:
    with started(folder, target, snapshots) as guest:
        assert "-incoming" in (folder / "command.txt").read_text()
        assert guest.read_file(_BOOT_ID, 64).decode().strip() == guest.identity.boot_id
        return guest.identity.boot_id, random_words(guest), time.time() - clock_s(guest)


def test_a_restored_guest_goes_on_on_every_cpu(tmp_path: Path) -> None:
    """Timers fire, what was closed is freed, and nobody is found locked up after a while.

    On all architectures at once. QEMU before 8.2 forgets the timers of riscv64 and ppc64.
    """
    with ExitStack() as stack, ThreadPoolExecutor(2) as executor:
        starts = [executor.submit(restored, tmp_path / arch.name, arch) for arch in ARCHES]
        guests = [stack.enter_context(start.result()) for start in starts]
        for guest in guests:
            work_on_every_cpu(guest)
        time.sleep(_IDLE_S)
        for guest in guests:
            work_on_every_cpu(guest)
            assert not find_splats(guest.vm.console.read()), guest.identity.machine


def restored(folder: Path, arch: Arch) -> Guest:
    """From what an earlier run has left in the cache, or from what this one leaves there."""
    target = prepare_target(arch, NEWEST, AccelChoice.AUTO)
    for number in range(_STARTS):
        command = folder / f"{number}" / "command.txt"
        command.parent.mkdir(parents=True)
        guest = Guest.start(plan_in(command.parent, target), Deadline.after(BOOT_S), Snapshots())
        if "-incoming" in command.read_text():
            return guest
        guest.stop()
    pytest.fail(f"{arch} does not restore")


def work_on_every_cpu(guest: Guest) -> None:
    for cpu in range(guest.identity.cpus):
        assert guest.shell(f"taskset -c {cpu} sleep 0.1").wait(_WORK_S) == 0
    before = guest.health()
    guest.table("gone", entries=8, key_size=4, value_size=8)
    guest.reset().result()
    deadline = Deadline.after(_WORK_S)
    while guest.health().objects - before.objects:
        assert not deadline.expired
        time.sleep(0.01)


def test_a_restored_guest_prints_to_its_own_console(
    tmp_path: Path, any_target: Target, snapshots: Snapshots
) -> None:
    texts = []
    for number in range(2):
        with started(tmp_path / f"{number}", any_target, snapshots) as guest:
            guest.mark(f"guest {number}").result()
            deadline = Deadline.after(5)
            while f"guest {number}" not in guest.vm.console.read() and not deadline.expired:
                time.sleep(0.01)
            texts.append(guest.vm.console.read())

    assert ["bpf-harness: guest 0" in text for text in texts] == [True, False]
    assert ["bpf-harness: guest 1" in text for text in texts] == [False, True]


def test_a_damaged_state_is_dropped_and_the_guest_boots(
    tmp_path: Path,
    target: Target,
    snapshots: Snapshots,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with started(tmp_path / "first", target, snapshots):
        pass
    plan = plan_in(tmp_path, target)
    snapshot = snapshots.find(plan)
    assert snapshot is not None
    whole = snapshot.state.read_bytes()
    snapshot.state.write_bytes(whole[: len(whole) // 2])

    with (
        caplog.at_level(logging.WARNING),
        started(tmp_path / "second", target, snapshots) as guest,
    ):
        assert guest.health().taint == 0
        assert "-incoming" not in (tmp_path / "second" / "command.txt").read_text()

    assert "a saved state is dropped" in caplog.text
    again = snapshots.find(plan)
    assert again is not None
    assert again.state.stat().st_size > len(whole) // 2

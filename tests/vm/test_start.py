"""Starting and stopping real guests, and those that do not start as they should."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from harness.boot.command import Transport
from harness.guest.guest import Guest
from harness.runner.target import Target, prepare_target
from harness.values.accel import AccelChoice
from harness.values.deadline import Deadline
from harness.values.errors import BootError, ChannelError, InfrastructureError
from harness.vm.process import living_processes
from harness.vm.vm import Vm
from tests.check_command import processes_of
from tests.footprint import footprint
from tests.vm.conftest import BOOT_S, KERNEL, plan_in
from tests.vm.hostile import HOSTILE, Hostile, build, pack

# Two hundred by hand: BPF_HARNESS_STARTS=200 pytest tests/vm/test_start.py -k leave_nothing
STARTS = int(os.environ.get("BPF_HARNESS_STARTS", "5"))


def temporary_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_many_starts_leave_nothing(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process, no socket, no descriptor, no file beside the four of a guest's folder."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    boot_ids = set()
    before = footprint()

    for number in range(STARTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Guest.start(plan_in(folder, target), Deadline.after(BOOT_S)) as guest:
            boot_ids.add(guest.health().boot_id)
        assert temporary_files(folder) == {"command.txt", "console.log", "qemu.log"}

    assert len(boot_ids) == STARTS
    assert footprint().beyond(before) == []
    assert processes_of(tmp_path) == []
    assert temporary_files(temporary) == set()


def test_a_guest_that_is_killed_is_a_lost_channel(target: Target, tmp_path: Path) -> None:
    with Guest.start(plan_in(tmp_path, target), Deadline.after(BOOT_S)) as guest:
        assert isinstance(guest.vm, Vm)
        os.kill(guest.vm.process.pid, 9)
        start_s = time.monotonic()
        with pytest.raises(ChannelError):
            guest.health()
        assert time.monotonic() - start_s < 5


def test_the_uart_carries_the_same(any_target: Target, tmp_path: Path) -> None:
    """For kernels without virtio: slower, and everything else alike."""
    hardware = replace(any_target.hardware, transport=Transport.UART)
    plan = replace(plan_in(tmp_path, any_target), hardware=hardware)

    with Guest.start(plan, Deadline.after(BOOT_S)) as guest:
        data = bytes(range(256)) * 256
        assert guest.shell("touch /tmp/big").wait() == 0
        guest.connection.submit(
            "write_file", lambda reply: reply.errno(), {"path": "/tmp/big", "data": data}
        ).result()
        assert guest.read_file("/tmp/big") == data
        assert "the channel is /dev/tty" in guest.vm.console.read()


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_an_init_that_misbehaves_is_a_boot_error_that_says_how(
    target: Target, tmp_path: Path, hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bounded time and memory, with nothing left running."""
    # An emulated UART takes a minute for the 64 MiB that are allowed otherwise.
    monkeypatch.setattr("harness.vm.console.MAX_CONSOLE", 1 << 20)
    plan = replace(plan_in(tmp_path, target), image=build(target, hostile, tmp_path))
    before = living_processes()
    start_s = time.monotonic()

    with pytest.raises(BootError) as caught:
        Vm.start(plan, Deadline.after(12 if hostile.name in ("silent", "mute") else BOOT_S))

    assert hostile.said in caught.value.message
    assert len(caught.value.message) < 8192
    assert time.monotonic() - start_s < BOOT_S
    assert living_processes() == before


def test_a_truncated_initramfs_is_a_boot_error_that_names_the_panic(
    target: Target, tmp_path: Path
) -> None:
    image = pack(tmp_path / "whole.cpio", b"\x7fELF" + bytes(1 << 16))
    image.path.write_bytes(target.image.path.read_bytes()[: 1 << 16])
    plan = replace(plan_in(tmp_path, target), image=image)

    with pytest.raises(BootError, match="Kernel panic - not syncing"):
        Vm.start(plan, Deadline.after(BOOT_S))


def test_kvm_that_cannot_run_a_guest_is_told_within_seconds_and_auto_goes_on() -> None:
    """Wherever KVM works, forcing it works; wherever it does not, nobody waits for it."""
    from harness.values.arch import X86_64

    start_s = time.monotonic()
    automatic = prepare_target(X86_64, KERNEL, AccelChoice.AUTO)
    took_s = time.monotonic() - start_s

    if automatic.accel.accel.value == "kvm":
        assert prepare_target(X86_64, KERNEL, AccelChoice.KVM).accel.accel.value == "kvm"
    else:
        with pytest.raises(InfrastructureError, match="KVM was asked for, but") as caught:
            prepare_target(X86_64, KERNEL, AccelChoice.KVM)
        assert "use --accel auto or tcg" in str(caught.value)
        assert automatic.accel.reason in caught.value.message
    assert took_s < 30

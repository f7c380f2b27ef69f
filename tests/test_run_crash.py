"""What `bpf-harness run` says of a guest that is lost while filters run in it."""

from pathlib import Path

import pytest

from harness.cli.lost_guest import tell_crash
from harness.guest.guest import Guest
from harness.values.errors import ChannelError, SilenceError
from harness.vm.fake import FakeVm
from tests.fake_guests import PANIC


def lost(folder: Path, console: str) -> Guest:
    vm = FakeVm(folder / "console.log", {})
    vm.write_console(console)
    return Guest(vm)


def test_a_panic_is_the_kernels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1: it was up, and filters were in it."""
    status = tell_crash(lost(tmp_path, PANIC), SilenceError("the guest is silent"))

    assert status == 1
    assert "Kernel panic" in capsys.readouterr().err


def test_a_guest_that_falls_silent_is_the_kernels_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """3 would tell a bisecter that this machine is at fault."""
    console = "".join(f"[    1.{number:06}] line {number}\n" for number in range(30))

    status = tell_crash(lost(tmp_path, console), SilenceError("the guest is silent"))

    said = capsys.readouterr().err
    assert status == 1
    assert "guest lost: the guest is silent" in said
    assert "line 29" in said
    assert "line 3\n" not in said


def test_an_agent_that_died_is_ours(tmp_path: Path) -> None:
    """It must not be called the kernel's doing."""
    console = "[    2.000000] bpf-harness: agent died: signal 11\n"

    with pytest.raises(ChannelError):
        tell_crash(lost(tmp_path, console), ChannelError("the channel ended"))

"""harness.vm: starting QEMU and hello, on a program in QEMU's place."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from harness.values.deadline import Deadline
from harness.values.errors import BootError, ChannelError, MissingToolError
from harness.vm.console import ConsoleLog
from harness.vm.plan import VmPlan
from harness.vm.process import living_processes
from harness.vm.vm import Vm
from tests.fake_guests import TARGET
from tests.fake_qemu import install
from tests.footprint import footprint


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VmPlan:
    """QEMU is a program that behaves as FAKE_QEMU says."""
    monkeypatch.setenv("PATH", str(install(tmp_path / "bin")), prepend=":")
    return VmPlan(TARGET.kernel, TARGET.image, TARGET.hardware, tmp_path)


def test_a_start_is_ready_and_a_stop_leaves_nothing(plan: VmPlan) -> None:
    before = footprint()

    with Vm.start(plan, Deadline.after(20)) as vm:
        assert vm.identity.release == "6.12.1-fake"
        assert len(living_processes()) == 1

    assert living_processes() == ()
    assert footprint().beyond(before) == []
    vm.stop()


@pytest.mark.parametrize(
    ("behaviour", "limit_s", "said"),
    [
        ("refuse", 20, "unsupported machine type"),
        ("panic", 20, "Kernel panic - not syncing: sysrq triggered crash"),
        ("garbage", 20, "where a frame must begin"),
        ("torn", 20, "ended"),
        ("mute", 2, "no reply to hello"),
        ("hang", 2, "no ready event"),
    ],
)
def test_a_vm_that_does_not_come_up_says_why_and_leaves_nothing(
    plan: VmPlan, monkeypatch: pytest.MonkeyPatch, behaviour: str, limit_s: float, said: str
) -> None:
    monkeypatch.setenv("FAKE_QEMU", behaviour)
    before = footprint()

    with pytest.raises(BootError, match="did not become ready") as caught:
        Vm.start(plan, Deadline.after(limit_s))

    assert said in caught.value.message
    assert str(plan.folder / "console.log") in str(caught.value)
    assert living_processes() == ()
    assert footprint().beyond(before) == []


def test_an_image_with_another_agent_is_refused(plan: VmPlan) -> None:
    other = replace(plan, image=replace(plan.image, agent_build="other"))

    with pytest.raises(BootError, match="holds agent build, not other"):
        Vm.start(other, Deadline.after(20))


def test_a_missing_qemu_is_a_missing_tool_with_a_remedy(
    plan: VmPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """setpriv is there and says that it cannot execute what it was to start."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if any(Path(folder, "qemu-system-x86_64").exists() for folder in ("/usr/bin", "/bin")):
        (plan.folder / "bin" / "setpriv").symlink_to("/usr/bin/setpriv")
        (plan.folder / "bin" / "qemu-system-x86_64").unlink()
        monkeypatch.setenv("PATH", str(plan.folder / "bin"))

    with pytest.raises((MissingToolError, BootError), match="qemu-system-x86_64"):
        Vm.start(plan, Deadline.after(20))
    assert living_processes() == ()


def test_a_folder_that_cannot_be_written_is_a_boot_error(plan: VmPlan) -> None:
    with pytest.raises(BootError, match=r"cannot write .*console\.log: No such file"):
        Vm.start(replace(plan, folder=plan.folder / "gone"), Deadline.after(20))
    assert living_processes() == ()


def test_the_command_is_kept_as_one_can_paste_it(plan: VmPlan) -> None:
    with Vm.start(plan, Deadline.after(20)):
        pass

    text = (plan.folder / "command.txt").read_text()
    assert text.startswith("qemu-system-x86_64 \\\n  -")
    assert "-nodefaults" in text


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (signal.SIGKILL, "QEMU was ended by signal 9"),
        (signal.SIGTERM, "QEMU was ended by signal 15"),
        (signal.SIGHUP, "QEMU was ended by signal 1"),
        (signal.SIGSTOP, "QEMU was stopped by a signal"),
    ],
)
def test_a_signal_to_qemu_is_no_silence_of_the_guest(
    plan: VmPlan, number: signal.Signals, fault: str
) -> None:
    """And is noticed long before the operation's time is over."""
    with Vm.start(plan, Deadline.after(20)) as vm:
        assert vm.fault() is None
        os.kill(vm.process.pid, number)

        began_s = time.monotonic()
        with pytest.raises(ChannelError):
            call_until_it_fails(vm)
        assert time.monotonic() - began_s < 30
        vm.wait_for_exit(0.5)

        assert vm.fault() == fault


def test_a_qemu_that_runs_on_after_it_was_seen_stopped_is_still_at_fault(plan: VmPlan) -> None:
    """Its guest was given up for it: that is no crash of the kernel, whoever continues QEMU."""
    with Vm.start(plan, Deadline.after(20)) as vm:
        os.kill(vm.process.pid, signal.SIGSTOP)
        with pytest.raises(ChannelError, match="QEMU is stopped"):
            call_until_it_fails(vm)

        os.kill(vm.process.pid, signal.SIGCONT)

        assert vm.fault() == "QEMU was stopped by a signal"


def call_until_it_fails(vm: Vm) -> None:
    for _ in range(100):
        vm.client.call("health", Deadline.after(60))


def test_qemu_dies_with_us(plan: VmPlan) -> None:
    """Killed outright, we cannot reap it; the kernel ends it (PR_SET_PDEATHSIG)."""
    pid = os.fork()
    if pid == 0:
        vm = Vm.start(plan, Deadline.after(20))
        (plan.folder / "pid").write_text(f"{vm.process.pid}\n")
        os._exit(0)
    os.waitpid(pid, 0)
    qemu = int((plan.folder / "pid").read_text())

    end = time.monotonic() + 5
    while _lives(qemu) and time.monotonic() < end:
        time.sleep(0.01)
    assert not _lives(qemu)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_console_is_read_in_bounded_pieces(tmp_path: Path) -> None:
    log = ConsoleLog(tmp_path / "console.log")
    assert (log.size(), log.read()) == (0, "")

    log.path.write_bytes(b"first\n\xff\xfe\n")

    assert log.read() == "first\n\ufffd\ufffd\n"
    assert log.read(6) == "\ufffd\ufffd\n"
    assert log.read(100) == ""

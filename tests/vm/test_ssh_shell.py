"""`bpf-harness shell --target`: on a terminal, by one command, with files; nothing is left."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from harness.remote.ssh_guest import SshGuest
from harness.values.deadline import Deadline
from tests.vm import person
from tests.vm.person import CTRL_C, CTRL_RIGHT_BRACKET, PROMPT, type_and_expect
from tests.vm.ssh_machine import KILL_THE_SERVER, LIMIT_S, ROOT, look, wait_until_clean

ARGUMENTS = ("-m", "harness", "shell")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}


@contextmanager
def typed(folder: Path, machine: SshGuest, *more: str) -> "Iterator[pexpect.spawn[str]]":
    """A person's, at its first prompt."""
    with person.typed(folder, environment(), *ARGUMENTS, *machine.options, *more) as child:
        child.expect(PROMPT)
        yield child


def ended(child: "pexpect.spawn[str]") -> int | None:
    child.expect(pexpect.EOF, timeout=LIMIT_S)
    child.close()
    return child.exitstatus


def shell(
    folder: Path, machine: SshGuest, *words: str, script: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, *ARGUMENTS, *machine.options, *words),
        cwd=folder,
        env=environment(),
        input=script,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def done_there(machine: SshGuest, command: str) -> str:
    session = machine.connect(Deadline.after(30))
    try:
        return session.run(command, Deadline.after(30), 10_000).output.decode()
    finally:
        session.close()


def test_a_person_types_on_the_machine_and_leaves_nothing(
    machine: SshGuest, tmp_path: Path
) -> None:
    """The size is our terminal's, also when it changes; a job in the background ends with us."""
    before = look(machine)
    with typed(tmp_path, machine) as child:
        type_and_expect(child, "stty size; tty", "33 101\r\n/dev/pts/")
        child.setwinsize(40, 120)
        type_and_expect(child, "sleep 0.5; stty size; echo $TERM", "40 120\r\nxterm")
        child.sendline("echo begun; sleep 1000")
        child.expect("\r\nbegun")
        child.send(CTRL_C)
        child.expect(PROMPT)
        type_and_expect(child, "setsid sleep 1001 & sleep 1002 & echo $((3 * 7))", "\n21\r")
        type_and_expect(child, "cd /proc/sys/net/core; echo 0 >bpf_jit_enable; pwd", "core\r")
        child.sendline("exit 5")
        status = ended(child)

    assert status == 5
    assert look(machine) == before


@pytest.mark.parametrize(("keys", "status"), [("\x04", 0), (CTRL_RIGHT_BRACKET, 130)])
def test_keys_that_leave_the_machine(
    machine: SshGuest, tmp_path: Path, keys: str, status: int
) -> None:
    before = look(machine)
    with typed(tmp_path, machine) as child:
        child.send(keys)

        assert ended(child) == status
    assert look(machine) == before


def test_a_command_and_a_script_have_their_input_and_status(
    machine: SshGuest, tmp_path: Path
) -> None:
    one = shell(tmp_path, machine, "-c", "wc -c; exit 4", script="x" * 300_000)
    many = shell(tmp_path, machine, script="cd /proc\npwd\nexit 7\n")

    assert (one.returncode, one.stdout.strip()) == (4, "300000"), one.stderr
    assert (many.returncode, many.stdout) == (7, "/proc\n"), many.stderr


def test_files_go_there_and_back_and_are_taken_away(machine: SshGuest, tmp_path: Path) -> None:
    """With the folders that were made for them, but for what somebody has put there."""
    before = look(machine)
    (tmp_path / "in").write_bytes(bytes(range(256)) * 9000)
    words = ("--put", "in:/tmp/a/b/in", "--get", "/tmp/a/b/in:out")

    done = shell(tmp_path, machine, *words, "-c", "chmod 600 /tmp/a/b/in")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes()
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
    assert look(machine) == before


def test_a_file_that_is_there_is_not_overwritten(machine: SshGuest, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("ours")
    done_there(machine, "echo theirs >/tmp/taken")

    done = shell(tmp_path, machine, "--put", "in:/tmp/taken", "-c", "true")
    kept = done_there(machine, "cat /tmp/taken; rm /tmp/taken")

    assert done.returncode == 3
    assert "cannot write /tmp/taken in the guest: File exists" in done.stderr
    assert "remedy: what is there already is not overwritten" in done.stderr
    assert kept == "theirs\n"


def test_a_session_that_is_cut_leaves_nothing_and_accuses_nobody(
    machine: SshGuest, tmp_path: Path
) -> None:
    """The terminal is ours again; files and jobs are gone there."""
    before = look(machine)
    (tmp_path / "in").write_text("ours")
    with typed(tmp_path, machine, "--put", "in:/tmp/c/in") as child:
        type_and_expect(child, "cat /tmp/c/in; echo; setsid sleep 1000 &", "ours")
        child.sendline(f"exec sh -c '{KILL_THE_SERVER}'")
        child.expect("the target goes on: it has the same boot id", timeout=LIMIT_S)

        assert ended(child) == 3
    assert wait_until_clean(machine, before) == before


def test_a_panic_is_told_with_its_splat_from_the_console(machine: SshGuest, tmp_path: Path) -> None:
    with typed(tmp_path, machine, "--console", str(machine.console)) as child:
        child.sendline("echo c >/proc/sysrq-trigger")
        child.expect("is lost: .*waiting for it", timeout=LIMIT_S)
        child.expect("the kernel crashed: .*sysrq", timeout=LIMIT_S)

        assert ended(child) == 1


def test_a_reboot_without_a_console_is_told(machine: SshGuest, tmp_path: Path) -> None:
    with typed(tmp_path, machine) as child:
        child.sendline("echo b >/proc/sysrq-trigger")
        child.expect("the target rebooted: it has another boot id", timeout=LIMIT_S)

        assert ended(child) == 1

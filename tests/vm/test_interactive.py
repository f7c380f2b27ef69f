"""`bpf-harness shell` as a person has it: on a real terminal, and as a script has it."""

import os
import subprocess
import sys
import termios
from contextlib import AbstractContextManager
from pathlib import Path

import pexpect
import pytest

from harness.runner.target import Target
from tests.vm.person import CTRL_C, CTRL_RIGHT_BRACKET, PROMPT, type_and_expect, typed

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60
ARGUMENTS = ["-m", "harness", "shell", "--no-bpftool"]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "TERM": "xterm"}


def shell(folder: Path, *more: str) -> "AbstractContextManager[pexpect.spawn[str]]":
    return typed(folder, environment(folder), *ARGUMENTS, *more)


def piped(folder: Path, script: str, *more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, *ARGUMENTS, *more),
        cwd=folder,
        env=environment(folder),
        input=script,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_a_person_types_into_the_guest(target: Target, tmp_path: Path) -> None:
    """One shell keeps its folder; the terminal's size is the host's, also when it changes."""
    with shell(tmp_path) as child:
        child.expect(PROMPT)
        type_and_expect(child, "stty size", "33 101")
        type_and_expect(child, "cd /proc; pwd", "\r\n/proc\r\n")
        child.setwinsize(40, 120)
        type_and_expect(child, "sleep 0.2; stty size", "40 120")
        type_and_expect(child, "echo $TERM", "xterm")
        child.sendline("exit 5")
        child.expect(pexpect.EOF)
        child.close()

        assert child.exitstatus == 5
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_goes_to_what_runs_in_the_guest(target: Target, tmp_path: Path) -> None:
    with shell(tmp_path) as child:
        child.expect(PROMPT)
        child.sendline("echo begun; sleep 1000")
        child.expect("\r\nbegun")
        child.send(CTRL_C)
        child.expect(PROMPT)
        type_and_expect(child, "echo it was $?", "it was 130")


def test_ctrl_d_at_the_prompt_stops_the_guest(target: Target, tmp_path: Path) -> None:
    with shell(tmp_path) as child:
        child.expect(PROMPT)
        child.sendeof()
        child.expect(pexpect.EOF)
        child.close()

        assert child.exitstatus == 0


def test_ctrl_right_bracket_kills_a_guest_that_hears_nothing(
    target: Target, tmp_path: Path
) -> None:
    with shell(tmp_path) as child:
        child.expect(PROMPT)
        child.sendline("trap '' INT; echo deaf; sleep 1000")
        child.expect("\r\ndeaf")
        child.send(CTRL_RIGHT_BRACKET)
        child.expect(pexpect.EOF)
        child.close()

        assert child.exitstatus == 130


def test_the_terminal_is_as_before_after_a_crash(target: Target, tmp_path: Path) -> None:
    """The splat is told on it, line by line, and not in raw mode."""
    with shell(tmp_path) as child:
        before = termios.tcgetattr(child.child_fd)
        child.expect(PROMPT)
        assert termios.tcgetattr(child.child_fd) != before
        child.sendline("echo c > /proc/sysrq-trigger")
        child.expect("bpf-harness: the kernel crashed: .*sysrq.*\r\n")
        child.expect(pexpect.EOF)
        after = termios.tcgetattr(child.child_fd)
        child.close()

        assert (child.exitstatus, after) == (1, before)


def test_the_terminal_is_as_before_after_a_signal(target: Target, tmp_path: Path) -> None:
    with shell(tmp_path) as child:
        before = termios.tcgetattr(child.child_fd)
        child.expect(PROMPT)
        child.kill(15)
        child.expect(pexpect.EOF)
        after = termios.tcgetattr(child.child_fd)
        child.close()

        assert (child.exitstatus, after) == (128 + 15, before)


def test_a_script_is_one_shell(target: Target, tmp_path: Path) -> None:
    done = piped(tmp_path, "cd /proc\nfor i in 1 2; do\n echo $i\ndone\npwd\nexit 7\n")

    assert (done.returncode, done.stdout) == (7, "1\n2\n/proc\n"), done.stderr


def test_a_command_reads_what_is_piped(target: Target, tmp_path: Path) -> None:
    """More than a pipe or a request holds."""
    done = piped(tmp_path, "x" * 300_000, "-c", "wc -c; exit 4")

    assert (done.returncode, done.stdout.strip()) == (4, "300000"), done.stderr


def test_files_go_in_and_come_out(target: Target, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(bytes(range(256)) * 9000)
    words = ("--put", "in:/a/b/in", "--get", "/a/out:out")

    done = piped(tmp_path, "", *words, "-c", "cat /a/b/in /a/b/in > /a/out; chmod 600 /a/out")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes() * 2
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--get", "/no/such:out"), "cannot read /no/such in the guest: No such file"),
        (("--get", "/dev/zero:out"), "cannot read /dev/zero in the guest: Operation not supp"),
        (("--put", "in:/proc/no/in"), "cannot write /proc/no/in in the guest"),
    ],
)
def test_a_file_that_cannot_be_copied_is_told(
    target: Target, tmp_path: Path, words: tuple[str, str], said: str
) -> None:
    (tmp_path / "in").write_text("in")

    done = piped(tmp_path, "", *words, "-c", "true")

    assert said in done.stderr
    assert done.returncode not in (0, 1)
    assert not (tmp_path / "out").exists()


def test_the_distributions_bpftool_is_there(target: Target, tmp_path: Path) -> None:
    done = subprocess.run(
        (sys.executable, "-m", "harness", "shell", "-c", "bpftool --json prog show; bpftool map"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert (done.returncode, done.stdout[:1]) == (0, "["), done.stderr

"""What OpenSSH's server can be told by its administrator, and what is said of it here."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.channels.ssh_session import SshSession
from harness.images.ssh_image import UNPRIVILEGED
from harness.images.ssh_server import OPENSSH
from harness.remote.ssh_guest import SshGuest
from harness.remote.ssh_keys import make_key_pair
from harness.values.deadline import Deadline
from tests.vm.ssh_machine import ROOT, Ended, check, look

CASES = str(ROOT / "cases/compute/div.bpf.c")
PLAIN = f"Match User {UNPRIVILEGED}"

pytestmark = pytest.mark.parametrize("machine", [OPENSSH], indirect=True, ids=["openssh"])


def do(session: SshSession, command: str) -> None:
    ran = session.run(command, Deadline.after(30), 1000)
    assert ran.status == 0, ran.errors


@contextmanager
def configured(machine: SshGuest, *lines: str) -> Iterator[None]:
    """The server has these lines, too. What it holds against anybody is forgotten after."""
    session = machine.connect(Deadline.after(60))
    end = "kill $(cat /run/sshd.pid)"
    text = "\\n".join(lines)
    try:
        do(session, "cp /etc/ssh/sshd_config /run/kept")
        do(session, f"printf '{text}\\n' >>/etc/ssh/sshd_config; {end}")
        wait_until_served(machine)
        yield
    finally:
        do(session, f"mv /run/kept /etc/ssh/sshd_config; {end}")
        session.close()
        wait_until_served(machine)


def wait_until_served(machine: SshGuest) -> None:
    """The init of the guest starts it anew a second after it has ended."""
    time.sleep(1)
    deadline = Deadline.after(30)
    while not speaks(machine) and not deadline.expired:
        time.sleep(0.5)


def speaks(machine: SshGuest) -> bool:
    with socket.create_connection(("127.0.0.1", machine.port), 5) as stream:
        try:
            return stream.recv(4) == b"SSH-"
        except OSError:
            return False


def plain(machine: SshGuest, *identities: Path) -> tuple[str, ...]:
    """Options for the user who is not root, with other keys first."""
    words = list(machine.options)
    words[words.index("--target") + 1] = f"ssh://{UNPRIVILEGED}@127.0.0.1:{machine.port}"
    return (*(word for path in identities for word in ("-i", str(path))), *words)


def said(ended: Ended) -> str:
    """Instead of a run."""
    assert ended.status == 3, ended.stderr
    assert "remedy: " in ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def wrong_key(folder: Path) -> Path:
    path = folder / "wrong"
    path.touch(0o600)
    path.write_bytes(make_key_pair().openssh)
    return path


@pytest.mark.parametrize("line", ["MaxSessions 1", "Banner /etc/passwd", "MaxStartups 1"])
def test_a_run_needs_no_more_than_one_of_anything(
    machine: SshGuest, tmp_path: Path, line: str
) -> None:
    before = look(machine)
    with configured(machine, line):
        ended = check(tmp_path, machine, CASES)

    assert ended.status == 0, ended.stderr
    assert look(machine) == before


def test_a_server_that_opens_no_session_is_told(machine: SshGuest, tmp_path: Path) -> None:
    with configured(machine, PLAIN, "MaxSessions 0"):
        ended = check(tmp_path, machine, CASES, options=plain(machine))

    assert "opens no session: Connect failed" in said(ended)


def test_a_forced_command_is_told_with_its_words(machine: SshGuest, tmp_path: Path) -> None:
    with configured(machine, PLAIN, "ForceCommand echo nothing but backups here"):
        ended = check(tmp_path, machine, CASES, options=plain(machine))

    assert "it said 'nothing but backups here" in said(ended)
    assert "no ForceCommand" in ended.stderr


def test_a_server_that_takes_passwords_only_is_told(machine: SshGuest, tmp_path: Path) -> None:
    with configured(machine, PLAIN, "PubkeyAuthentication no", "PasswordAuthentication yes"):
        ended = check(tmp_path, machine, CASES, options=plain(machine))

    assert f"takes no key of {UNPRIVILEGED}: it wants password" in said(ended)


def test_a_server_that_has_seen_too_many_keys_is_told(machine: SshGuest, tmp_path: Path) -> None:
    with configured(machine, PLAIN, "MaxAuthTries 1"):
        ended = check(tmp_path, machine, CASES, options=plain(machine, wrong_key(tmp_path)))

    assert f"hung up before {UNPRIVILEGED} was let in" in said(ended)
    assert "name the one that is meant" in ended.stderr


def test_a_server_that_bears_a_grudge_is_told(machine: SshGuest, tmp_path: Path) -> None:
    """It hangs up at once on whoever has shown wrong keys, also when he has the right one."""
    with configured(machine, "PerSourcePenalties authfail:600s"):
        refused = check(tmp_path, machine, CASES, options=wrong(machine, tmp_path))
        ended = check(tmp_path, machine, CASES)

    assert "does not let root in" in said(refused)
    assert "cannot connect to" in said(ended)
    assert "hold failed logins against us" in ended.stderr


def wrong(machine: SshGuest, folder: Path) -> tuple[str, ...]:
    words = list(machine.options)
    words[words.index("-i") + 1] = str(wrong_key(folder))
    return tuple(words)

"""Keys that ssh-agent has: OpenSSH's own, and an SSH server in this process."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.channels.ssh_session import SshSession
from harness.remote.ssh_keys import make_key_pair
from harness.values.deadline import Deadline
from harness.values.errors import TargetError, UsageError
from harness.values.ssh_address import Credentials
from tests.fake_ssh_server import FakeSshServer, serving

PASSPHRASE = "correct horse"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeSshServer]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of whoever runs the tests: no keys in ~/.ssh, no agent."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One that has no keys yet; its socket."""
    program = shutil.which("ssh-agent")
    assert program, "these tests need ssh-agent: apt-get install openssh-client"
    path = tmp_path / "agent"
    with subprocess.Popen((program, "-D", "-a", str(path)), stdout=subprocess.DEVNULL) as process:
        try:
            deadline = Deadline.after(10)
            while not path.exists() and not deadline.expired:
                time.sleep(0.01)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
            yield path
        finally:
            process.terminate()


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def add(*keys: Path) -> None:
    run("ssh-add", "-q", *map(str, keys))


def key(folder: Path, name: str) -> Path:
    """A key that opens nothing."""
    path = folder / name
    path.touch(0o600)
    path.write_bytes(make_key_pair().openssh)
    return path


def encrypted(server: FakeSshServer) -> Path:
    """The key that opens the server, under a passphrase."""
    path = server.folder / "encrypted"
    shutil.copy(server.credentials().identities[0], path)
    run("ssh-keygen", "-q", "-p", "-P", "", "-N", PASSPHRASE, "-f", str(path))
    return path


def enter(server: FakeSshServer, *identities: Path) -> bytes:
    """What a command there says."""
    known = server.credentials().known_hosts
    session = SshSession.connect(server.address, Credentials(identities, known), Deadline.after(10))
    try:
        return session.run("echo in", Deadline.after(10), 100).output
    finally:
        session.close()


def refused(server: FakeSshServer, *identities: Path) -> str:
    with pytest.raises(TargetError) as caught:
        enter(server, *identities)
    assert caught.value.exit_code == 3
    assert caught.value.remedy is not None
    assert "ssh-add FILE" in caught.value.remedy
    return caught.value.message


def test_a_key_that_the_agent_has_lets_us_in(server: FakeSshServer, agent: Path) -> None:
    add(key(server.folder, "other"), server.credentials().identities[0])

    assert enter(server) == b"in\n"


def test_an_encrypted_key_is_the_agents_to_use(server: FakeSshServer, agent: Path) -> None:
    named = encrypted(server)
    add(server.credentials().identities[0])

    assert enter(server, named) == b"in\n"


def test_without_an_agent_and_without_keys_both_are_named(server: FakeSshServer) -> None:
    said = refused(server)

    assert "there is no key to show to ssh://root@127.0.0.1" in said
    assert "there is no ssh-agent (SSH_AUTH_SOCK is not set), and ~/.ssh has none" in said


def test_an_agent_that_has_gone_is_told(
    server: FakeSshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))

    assert f"no ssh-agent answers at {tmp_path}/gone: No such file" in refused(server)


def test_an_agent_without_keys_is_told(server: FakeSshServer, agent: Path) -> None:
    assert "ssh-agent has none, and ~/.ssh has none" in refused(server)


def test_keys_of_the_agent_that_open_nothing_are_told(server: FakeSshServer, agent: Path) -> None:
    add(key(server.folder, "other"))

    assert "does not let root in" in refused(server)


def test_an_encrypted_key_without_an_agent_is_told(server: FakeSshServer) -> None:
    named = encrypted(server)

    said = refused(server, named)

    assert f"{named} is encrypted, and there is no ssh-agent" in said


def test_an_encrypted_key_in_the_home_folder_is_told(server: FakeSshServer, home: Path) -> None:
    encrypted(server).rename(home / ".ssh" / "id_ed25519")

    assert "the key in ~/.ssh is encrypted, and there is no ssh-agent" in refused(server)


def test_a_public_key_is_no_key(server: FakeSshServer, tmp_path: Path) -> None:
    public = tmp_path / "id.pub"
    public.write_text(f"{server.user.public}\n")

    with pytest.raises(UsageError, match=r"id\.pub is no private key"):
        enter(server, public)

"""harness.channels.ssh_session: who is let in, and the one message for each way not to be."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.channels.ssh_channel import SshChannel
from harness.channels.ssh_place import locate
from harness.channels.ssh_session import SshSession
from harness.remote.ssh_keys import make_key_pair
from harness.values.deadline import Deadline
from harness.values.errors import (
    ChannelError,
    SilenceError,
    TargetError,
    UnreachableError,
    UsageError,
)
from harness.values.ssh_address import Credentials, SshAddress
from tests.fake_ssh_server import FakeSshServer, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeSshServer]:
    with serving(tmp_path) as server:
        yield server


def connect(server: FakeSshServer, credentials: Credentials | None = None) -> SshSession:
    given = server.credentials() if credentials is None else credentials
    return SshSession.connect(server.address, given, Deadline.after(10))


def refusal(server: FakeSshServer, credentials: Credentials) -> TargetError:
    with pytest.raises(TargetError) as caught:
        connect(server, credentials)
    assert caught.value.exit_code == 3
    return caught.value


def test_a_command_runs_with_its_status_and_what_it_said(server: FakeSshServer) -> None:
    session = connect(server)

    ran = session.run("echo out; echo err >&2; exit 7", Deadline.after(10), 100)

    assert (ran.status, ran.output, ran.errors) == (7, b"out\n", "err")
    session.close()
    assert not session.is_open


def test_a_command_that_prints_without_end_is_cut_off(server: FakeSshServer) -> None:
    with pytest.raises(TargetError, match="printed more than 1000 bytes"):
        connect(server).run("yes", Deadline.after(10), 1000)


def test_a_command_that_does_not_end_is_given_up(server: FakeSshServer) -> None:
    with pytest.raises(UnreachableError, match="did not end a command in time"):
        connect(server).run("sleep 10", Deadline.after(0.2), 1000)


def test_an_unknown_host_key_is_refused_with_its_fingerprint(server: FakeSshServer) -> None:
    known = server.credentials()
    assert known.known_hosts is not None
    known.known_hosts.write_text("")

    error = refusal(server, known)

    assert "is not known: ssh-ed25519 SHA256:" in error.message
    assert error.remedy is not None
    assert f"ssh-keyscan -p {server.port} 127.0.0.1" in error.remedy


def test_a_changed_host_key_is_refused_with_both_fingerprints(server: FakeSshServer) -> None:
    known = server.credentials()
    assert known.known_hosts is not None
    known.known_hosts.write_text(f"[127.0.0.1]:{server.port} {make_key_pair().public}\n")

    error = refusal(server, known)

    assert "has changed" in error.message
    assert error.message.count("SHA256:") == 2
    assert error.remedy is not None
    assert f"ssh-keygen -R '[127.0.0.1]:{server.port}'" in error.remedy


def test_a_key_that_is_not_accepted_is_told(server: FakeSshServer) -> None:
    known = server.credentials()
    known.identities[0].write_bytes(make_key_pair().openssh)

    error = refusal(server, known)

    assert "does not let root in" in error.message
    assert error.remedy is not None
    assert "-i FILE" in error.remedy


def test_a_key_that_is_not_there_is_bad_usage(server: FakeSshServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no key"):
        connect(server, replace(server.credentials(), identities=(tmp_path / "none",)))


def test_a_port_without_a_server_is_unreachable(server: FakeSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = SshAddress("127.0.0.1", "root", port)

    with pytest.raises(UnreachableError, match="Connection refused"):
        SshSession.connect(address, server.credentials(), Deadline.after(5))


def test_a_port_that_speaks_something_else_is_unreachable(server: FakeSshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)

        threading.Thread(target=answer, daemon=True).start()
        address = SshAddress("127.0.0.1", "root", listener.getsockname()[1])

        with pytest.raises(UnreachableError, match="cannot connect"):
            SshSession.connect(address, server.credentials(), Deadline.after(5))


def test_the_users_configuration_is_heeded(tmp_path: Path) -> None:
    config, key, mine = tmp_path / "config", tmp_path / "key", tmp_path / "mine"
    key.touch()
    mine.write_bytes(make_key_pair().openssh)
    config.write_text(
        "Host box\n  HostName 10.0.0.9\n  Port 2222\n  User admin\n"
        f"  IdentityFile {key}\n  IdentityFile /not/there\n"
    )

    place = locate(SshAddress("box"), Credentials(), config)
    named = locate(SshAddress("box", "root", 22), Credentials((mine,)), config)

    assert (place.host, place.port, place.user, place.identities) == (
        "10.0.0.9",
        2222,
        "admin",
        (str(key),),
    )
    assert (named.host, named.port, named.user, named.identities) == (
        "10.0.0.9",
        22,
        "root",
        (str(mine),),
    )


def channel(server: FakeSshServer, command: str, complain: bytearray) -> SshChannel:
    session = connect(server)
    return SshChannel(session.start(command, Deadline.after(5)), complain.extend)


def receive(channel: SshChannel, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += channel.receive(Deadline.after(10))
    return data


def test_a_channel_carries_more_than_any_window_both_ways(server: FakeSshServer) -> None:
    """What comes back while we send is kept: nobody waits for the other for ever."""
    data = bytes(range(256)) * 80_000
    stream = channel(server, "cat", bytearray())

    stream.send(data, Deadline.after(60))

    assert receive(stream, len(data)) == data
    assert stream.finish(Deadline.after(5)) == 0


def test_a_channel_is_silent_until_the_deadline_and_then_ends(server: FakeSshServer) -> None:
    said = bytearray()
    stream = channel(server, "echo complaint >&2; cat; exit 3", said)

    with pytest.raises(SilenceError):
        stream.receive(Deadline.after(0.1))
    assert stream.finish(Deadline.after(5)) == 3
    with pytest.raises(ChannelError, match="the SSH session ended"):
        stream.receive(Deadline.after(5))
    with pytest.raises(ChannelError, match="while sending"):
        stream.send(b"x", Deadline.after(5))
    assert bytes(said) == b"complaint\n"


def test_a_channel_whose_connection_is_cut_ends(server: FakeSshServer) -> None:
    stream = channel(server, "cat", bytearray())

    server.cut()

    with pytest.raises(ChannelError, match="the SSH session ended"):
        receive(stream, 1)

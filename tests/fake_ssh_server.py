"""An SSH server in this process, on loopback, that runs the commands it is given with sh."""

import contextlib
import io
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from harness.remote.ssh_keys import KeyPair, make_key_pair
from harness.values.ssh_address import Credentials, SshAddress

_HOST = "127.0.0.1"

# How paramiko tells that the other end is gone, at whatever moment.
_CUT = (OSError, EOFError, paramiko.SSHException)


@dataclass
class FakeSshServer(paramiko.ServerInterface):
    """Lets one key in. What it runs finds `programs` first in its PATH, and TMPDIR in `folder`."""

    folder: Path
    key: KeyPair = field(default_factory=make_key_pair)
    user: KeyPair = field(default_factory=make_key_pair)
    port: int = 0
    transports: list[paramiko.Transport] = field(default_factory=list)

    def credentials(self) -> Credentials:
        """What lets one in, and knows the server."""
        identity, known = self.folder / "id", self.folder / "known_hosts"
        identity.touch(0o600)
        identity.write_bytes(self.user.openssh)
        known.write_text(f"[{_HOST}]:{self.port} {self.key.public}\n")
        return Credentials((identity,), known)

    @property
    def address(self) -> SshAddress:
        return SshAddress(_HOST, "root", self.port)

    @property
    def programs(self) -> Path:
        """Where a test puts programs in other programs' place."""
        path = self.folder / "programs"
        path.mkdir(exist_ok=True)
        return path

    @property
    def temporary(self) -> Path:
        path = self.folder / "tmp"
        path.mkdir(exist_ok=True)
        return path

    def cut(self) -> None:
        """End all connections, as a cable does."""
        for transport in self.transports:
            transport.close()

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        ours = key.get_base64() == self.user.public.split()[1]
        return AUTH_SUCCESSFUL if ours else AUTH_FAILED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command.decode()), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "TMPDIR": str(self.temporary),
        }
        pipe = subprocess.PIPE
        with subprocess.Popen(
            ("sh", "-c", command), stdin=pipe, stdout=pipe, stderr=pipe, env=environment, bufsize=0
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            feed = threading.Thread(target=_feed, args=(channel, process.stdin), daemon=True)
            feed.start()
            pumps = [
                _pump(process.stdout, channel.sendall),
                _pump(process.stderr, channel.sendall_stderr),
            ]
            status = process.wait()
            for pump in pumps:
                pump.join()
            with contextlib.suppress(*_CUT):
                channel.send_exit_status(status)
                channel.close()


def _feed(channel: paramiko.Channel, sink: IO[bytes]) -> None:
    with contextlib.suppress(*_CUT):
        while data := channel.recv(65536):
            sink.write(data)
    with contextlib.suppress(OSError):
        sink.close()


def _pump(source: IO[bytes], sink: Callable[[bytes], None]) -> threading.Thread:
    def run() -> None:
        with contextlib.suppress(*_CUT):
            while data := source.read(65536):
                sink(data)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@contextmanager
def serving(folder: Path) -> Iterator[FakeSshServer]:
    """A server for as long as the block goes."""
    server = FakeSshServer(folder)
    host_key = paramiko.Ed25519Key.from_private_key(io.StringIO(server.key.openssh.decode()))
    with socket.create_server((_HOST, 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(listener, server, host_key), daemon=True)
        thread.start()
        yield server
        server.cut()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _accept(listener: socket.socket, server: FakeSshServer, key: paramiko.PKey) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            with contextlib.suppress(*_CUT):
                transport.start_server(server=server)
            server.transports.append(transport)

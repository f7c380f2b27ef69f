"""An SSH connection to a machine that is not ours to boot: host key, authentication, commands.

Knows nothing of agents.
"""

import contextlib
import math
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import paramiko

from harness.channels.ssh_place import Place, locate
from harness.channels.ssh_refusals import UnknownHostError, agent_fault, refusal, words_of
from harness.values.deadline import Deadline
from harness.values.errors import TargetError, UnreachableError, UsageError
from harness.values.ssh_address import Credentials, SshAddress

_SYSTEM_KNOWN_HOSTS = Path("/etc/ssh/ssh_known_hosts")
_USER_KNOWN_HOSTS = Path("~/.ssh/known_hosts")

# An emulated machine takes seconds for its side of the key exchange.
_HANDSHAKE_S = 60.0

# So often we say that we are there, and so long what we sent may stay unacknowledged: the
# connection to a machine that is off ends after that, instead of after a quarter of an hour.
_KEEPALIVE_S = 5
_UNACKNOWLEDGED_MS = 20_000

# Of what may come before the machine must hear that we have taken it.
WINDOW = 8 * 1024 * 1024

# A session that has ended counts among MaxSessions until the server has heard that we know.
_COUNTED_S = 5.0

_CHUNK = 64 * 1024
_PAUSE_S = 0.005


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command on the target came to."""

    status: int
    output: bytes
    errors: str


class SshSession:
    """An authenticated connection. `close` may be called twice and from any thread."""

    def __init__(self, client: paramiko.SSHClient, address: SshAddress) -> None:
        self._client = client
        self._address = address

    @classmethod
    def connect(
        cls, address: SshAddress, credentials: Credentials, deadline: Deadline
    ) -> "SshSession":
        """Raises TargetError, UnreachableError among them, with the remedy; nothing stays open."""
        place = locate(address, credentials)
        client = paramiko.SSHClient()
        try:
            _load_known_hosts(client, credentials)
            client.set_missing_host_key_policy(_RefuseUnknown(address))
            _connect(client, place, credentials, deadline)
            transport = client.get_transport()
            assert transport is not None
            transport.set_keepalive(_KEEPALIVE_S)
        except BaseException as error:
            client.close()
            if (told := refusal(error, address, place)) is None:
                raise
            raise told from error
        return cls(client, address)

    @property
    def is_open(self) -> bool:
        transport = self._client.get_transport()
        return transport is not None and transport.is_active()

    def start(self, command: str, deadline: Deadline) -> paramiko.Channel:
        """Start a command; its streams.

        Raises UnreachableError if the connection is gone, TargetError if the server wants no more.
        """
        until = deadline.sooner(_COUNTED_S)
        while True:
            try:
                return self._start(command, deadline)
            except paramiko.ChannelException as error:
                if until.expired:
                    raise TargetError(
                        f"{self._address} opens no session: {error.text}",
                        remedy="its SSH server must allow one: MaxSessions of sshd_config",
                    ) from error
                time.sleep(_PAUSE_S)
            except (paramiko.SSHException, OSError, EOFError) as error:
                raise UnreachableError(
                    f"cannot start a command on {self._address}: {words_of(error)}"
                ) from error

    def _start(self, command: str, deadline: Deadline) -> paramiko.Channel:
        transport = self._client.get_transport()
        if transport is None:
            raise EOFError("the connection is closed")
        channel = transport.open_session(WINDOW, timeout=_seconds(deadline))
        channel.settimeout(_seconds(deadline))
        channel.exec_command(command)
        return channel

    def run(self, command: str, deadline: Deadline, limit: int) -> Ran:
        """Run a command that prints at most `limit` bytes; TargetError if it does not end."""
        channel = self.start(command, deadline)
        output, errors = bytearray(), bytearray()
        try:
            channel.shutdown_write()
            while not (channel.exit_status_ready() and channel.eof_received):
                _take(channel, output, errors)
                if len(output) + len(errors) > limit:
                    raise TargetError(f"{self._address} printed more than {limit} bytes")
                if deadline.expired:
                    raise UnreachableError(f"{self._address} did not end a command in time")
                if channel.closed:
                    break
                time.sleep(_PAUSE_S)
            _take(channel, output, errors)
            status = channel.recv_exit_status() if channel.exit_status_ready() else -1
        except OSError as error:
            raise UnreachableError(f"{self._address} was lost: {words_of(error)}") from error
        finally:
            channel.close()
        return Ran(status, bytes(output), errors.decode("utf-8", "replace").strip())

    def close(self) -> None:
        self._client.close()


class _RefuseUnknown(paramiko.MissingHostKeyPolicy):
    def __init__(self, address: SshAddress) -> None:
        self._address = address

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        raise UnknownHostError(key)


def _load_known_hosts(client: paramiko.SSHClient, credentials: Credentials) -> None:
    files = (
        (_SYSTEM_KNOWN_HOSTS, _USER_KNOWN_HOSTS)
        if credentials.known_hosts is None
        else (credentials.known_hosts,)
    )
    for file in files:
        path = file.expanduser()
        if path.exists() or credentials.known_hosts is not None:
            try:
                client.load_system_host_keys(str(path))
            except (OSError, paramiko.SSHException) as error:
                raise UsageError(f"cannot read {path}: {words_of(error)}") from error


def _connect(
    client: paramiko.SSHClient, place: Place, credentials: Credentials, deadline: Deadline
) -> None:
    stream = _stream(place, deadline)
    handshake_s = min(_HANDSHAKE_S, max(1.0, deadline.left_s()))
    try:
        client.connect(
            place.host,
            place.port,
            place.user,
            sock=stream,
            # A list is taken, too: its documentation.
            key_filename=list(place.identities) or None,  # type: ignore[arg-type]
            # It would leave a socket of an agent that is gone.
            allow_agent=not agent_fault(),
            look_for_keys=not credentials.identities,
            timeout=handshake_s,
            banner_timeout=handshake_s,
            auth_timeout=handshake_s,
            channel_timeout=handshake_s,
        )
    except BaseException:
        with contextlib.suppress(OSError):
            stream.close()
        raise


def _stream(place: Place, deadline: Deadline) -> "socket.socket | paramiko.ProxyCommand":
    if place.proxy is not None:
        return paramiko.ProxyCommand(place.proxy)
    stream = socket.create_connection(
        (place.host, place.port), timeout=max(0.1, _seconds(deadline))
    )
    # A request is smaller than a segment, and the agent waits for it.
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)
    return stream


def _take(channel: paramiko.Channel, output: bytearray, errors: bytearray) -> None:
    """All that is there without waiting."""
    while channel.recv_ready():
        output += channel.recv(_CHUNK)
    while channel.recv_stderr_ready():
        errors += channel.recv_stderr(_CHUNK)


def _seconds(deadline: Deadline) -> float:
    left_s = deadline.left_s()
    return _HANDSHAKE_S if math.isinf(left_s) else max(0.1, left_s)

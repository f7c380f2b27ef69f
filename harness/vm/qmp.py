"""QEMU's monitor: asks QEMU about itself, through the library that QEMU's own project keeps.

Nothing here waits longer than its time limit, also for a QEMU that was stopped or has gone mad.
"""

import socket
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from harness.values.deadline import Deadline
from harness.values.errors import GuestError

if TYPE_CHECKING:
    import asyncio

    from qemu.qmp import QMPClient

T = TypeVar("T")

_TIMEOUT_S = 5.0

# By default QEMU saves 128 MiB/s, and stops the machine for no more than 0.3 s at the end.
_AT_ONCE = {"max-bandwidth": 1 << 40, "downtime-limit": 10_000}
_STATE = "state"
_MEMORY = "memory"
_ENDED = ("completed", "failed", "cancelled")
_POLL_S = 0.005


class Monitor:
    """A QMP connection, opened at the first question: most guests are never asked one."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: QMPClient | None = None

    def command(self, name: str, **arguments: object) -> object:
        """What QEMU returns; raises GuestError if it refuses, or does not answer in 5 s."""
        try:
            return self._wait(self._connected().execute(name, arguments or None))
        except Exception as error:
            # qemu.qmp, asyncio and the socket each have a root of their own.
            raise GuestError(f"QEMU did not serve {name}: {error!r}") from error

    def status(self) -> str:
        """The VM's run state: running, paused, internal-error, guest-panicked …"""
        return self._status_of("query-status")

    def _status_of(self, query: str) -> str:
        answer = self.command(query)
        return str(answer.get("status")) if isinstance(answer, dict) else repr(answer)

    def human(self, line: str) -> str:
        """The answer to a line of QEMU's human monitor, for what QMP has no command for."""
        return str(self.command("human-monitor-command", **{"command-line": line}))

    def dump_memory(self, file: int, deadline: Deadline) -> None:
        """Write the machine's memory to an open file as an ELF core, and let it run on.

        Raises GuestError if QEMU cannot: not every architecture has it.
        """
        self._send(file)
        self.command("getfd", fdname=_MEMORY)
        self.command("dump-guest-memory", paging=False, protocol=f"fd:{_MEMORY}", detach=True)
        while (status := self._status_of("query-dump")) not in _ENDED:
            if deadline.expired:
                raise GuestError("QEMU did not write the memory in time")
            time.sleep(_POLL_S)
        if status != "completed":
            raise GuestError(f"QEMU did not write the memory: {status}")

    def save_state(self, file: int, deadline: Deadline) -> None:
        """Write the machine's state to an open file and let the machine run on.

        A descriptor is sent because QEMU's sandbox lets it open nothing. Raises GuestError if the
        state cannot be written.
        """
        self.command("migrate-set-parameters", **_AT_ONCE)
        self._send(file)
        self.command("getfd", fdname=_STATE)
        self.command("migrate", uri=f"fd:{_STATE}")
        try:
            status = self._migrated(deadline)
        finally:
            # A machine whose state was written stands still, whatever came of the state.
            self.command("cont")
        if status != "completed":
            raise GuestError(f"QEMU did not save the state: {status}")

    def _migrated(self, deadline: Deadline) -> str:
        while (status := self._status_of("query-migrate")) not in _ENDED:
            if deadline.expired:
                self.command("migrate_cancel")
                raise GuestError(f"QEMU did not save the state in time: it is {status}")
            time.sleep(_POLL_S)
        return status

    def _send(self, file: int) -> None:
        try:
            self._connected().send_fd_scm(file)
        except Exception as error:
            raise GuestError(f"QEMU did not take a descriptor: {error!r}") from error

    def close(self) -> None:
        """Close the connection; QEMU runs on."""
        if self._client is not None:
            try:
                self._wait(self._client.disconnect())
            except Exception as error:
                # The peer is a process that we are about to kill, or have killed.
                del error
            self._client = None
        if self._loop is not None:
            self._loop.close()
            self._loop = None
        self._socket.close()

    def _connected(self) -> "QMPClient":
        if self._client is None:
            # Imported late: it costs a tenth of a second that most runs never need.
            from qemu.qmp import QMPClient

            client = QMPClient()
            self._wait(client.connect(self._socket))
            self._client = client
        return self._client

    def _wait(self, answer: Awaitable[T]) -> T:
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(asyncio.wait_for(answer, _TIMEOUT_S))

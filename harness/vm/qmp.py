"""QEMU's monitor: asks QEMU about itself, through the library that QEMU's own project keeps."""

import socket
from typing import TYPE_CHECKING

from harness.values.errors import GuestError

if TYPE_CHECKING:
    from qemu.qmp.legacy import QEMUMonitorProtocol

_TIMEOUT_S = 5.0


class Monitor:
    """A QMP connection, opened at the first question: most guests are never asked one."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._protocol: QEMUMonitorProtocol | None = None

    def command(self, name: str, **arguments: object) -> object:
        """What QEMU returns; raises GuestError if it refuses, or does not answer in 5 s."""
        try:
            return self._connected().cmd(name, **arguments)
        except Exception as error:
            # qemu.qmp, asyncio and the socket each have a root of their own.
            raise GuestError(f"QEMU did not serve {name}: {error!r}") from error

    def status(self) -> str:
        """The VM's run state: running, paused, internal-error, guest-panicked …"""
        answer = self.command("query-status")
        return str(answer.get("status")) if isinstance(answer, dict) else repr(answer)

    def close(self) -> None:
        """Close the connection; QEMU runs on."""
        if self._protocol is not None:
            try:
                self._protocol.close()
            except Exception as error:
                # The peer is a process that we are about to kill, or have killed.
                del error
            self._protocol = None
        self._socket.close()

    def _connected(self) -> "QEMUMonitorProtocol":
        if self._protocol is None:
            # Imported late: asyncio costs a tenth of a second that most runs never need.
            from qemu.qmp.legacy import QEMUMonitorProtocol

            protocol = QEMUMonitorProtocol(self._socket)
            protocol.settimeout(_TIMEOUT_S)
            protocol.connect()
            self._protocol = protocol
        return self._protocol

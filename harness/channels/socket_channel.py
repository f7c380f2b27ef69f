"""A channel over a connected socket: the host end of QEMU's virtio-serial port or UART."""

import math
import select
import socket

from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, SilenceError

_CHUNK = 256 * 1024

# What may pile up while the guest does not take what we send: more is a flood, not a reply.
_MAX_BACKLOG = 64 * 1024 * 1024


class SocketChannel:
    """A Channel over a connected stream socket.

    Requests and replies cross: while we send a 10 MiB object the agent may be sending trace
    lines. So `send` reads whenever it cannot write, and keeps what it read for `receive`.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._socket.setblocking(False)
        self._backlog = bytearray()

    def send(self, data: bytes, deadline: Deadline) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                self._wait_to_send(deadline)
            except OSError as error:
                raise ChannelError(f"the channel ended while sending: {error}") from error

    def _wait_to_send(self, deadline: Deadline) -> None:
        ready = self._poll(select.POLLIN | select.POLLOUT, deadline)
        if not ready:
            raise SilenceError("the guest takes no more bytes")
        if ready & ~select.POLLOUT:
            self._backlog += self._read()
        if len(self._backlog) > _MAX_BACKLOG:
            raise ChannelError(f"the guest sent more than {_MAX_BACKLOG} bytes nobody asked for")

    def receive(self, deadline: Deadline) -> bytes:
        if self._backlog:
            data, self._backlog = bytes(self._backlog), bytearray()
            return data
        if not self._poll(select.POLLIN, deadline):
            raise SilenceError("the guest is silent")
        return self._read()

    def _poll(self, events: int, deadline: Deadline) -> int:
        """The events that are ready, 0 at the deadline."""
        left_s = deadline.left_s()
        poller = select.poll()
        poller.register(self._socket, events)
        ready = poller.poll(None if math.isinf(left_s) else math.ceil(left_s * 1000))
        return ready[0][1] if ready else 0

    def _read(self) -> bytes:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise ChannelError(f"the channel ended: {error}") from error
        if not data:
            raise ChannelError("the channel ended: QEMU closed it")
        return data

    def close(self) -> None:
        self._socket.close()

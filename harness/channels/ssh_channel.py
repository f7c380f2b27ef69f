"""A channel over the standard streams of a command that runs in an SSH session."""

import contextlib
import math
import threading
import time
from collections.abc import Callable

import paramiko

from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, SilenceError

_CHUNK = 256 * 1024

# While the agent does not take what we send, what it sends is read this often.
_PAUSE_S = 0.002

# What may pile up while the agent does not take what we send: more is a flood, not a reply.
_MAX_BACKLOG = 64 * 1024 * 1024

_END = "the SSH session ended"


class SshChannel:
    """A Channel over a command's input and output; what it complains of goes to a sink.

    Requests and replies cross, as in SocketChannel: `send` reads whenever it cannot write.
    paramiko's time-outs are one for all threads of a channel, so none is set: nothing is read or
    written that is not ready. One thread uses it; `send_aside` is for another.
    """

    def __init__(self, channel: paramiko.Channel, complain: Callable[[bytes], None]) -> None:
        """`complain` gets the command's standard error as it comes, from a thread of its own."""
        self._channel = channel
        self._channel.settimeout(None)
        self._sending = threading.Lock()
        self._came = threading.Event()
        self._channel.in_buffer.set_event(self._came)
        self._backlog = bytearray()
        self._complain = complain
        self._reader = threading.Thread(target=self._read_errors, name="ssh-stderr", daemon=True)
        self._reader.start()

    def send(self, data: bytes, deadline: Deadline) -> None:
        view = memoryview(data)
        with self._sending:
            while view:
                if self._channel.send_ready():
                    view = view[self._send(view[:_CHUNK]) :]
                else:
                    self._wait_to_send(deadline)

    def send_aside(self, data: bytes) -> None:
        """All of it or nothing, between two sends; nothing while one is under way.

        Raises ChannelError once the session has ended.
        """
        if not self._sending.acquire(blocking=False):
            return
        try:
            if self._channel.closed:
                raise ChannelError(_END)
            if self._channel.out_window_size >= len(data):
                self._send(memoryview(data))
        finally:
            self._sending.release()

    def _send(self, data: memoryview) -> int:
        try:
            sent = self._channel.send(bytes(data))
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise ChannelError(f"{_END} while sending") from error
        if not sent:
            raise ChannelError(f"{_END} while sending")
        return sent

    def _wait_to_send(self, deadline: Deadline) -> None:
        while self._channel.recv_ready():
            self._backlog += self._channel.recv(_CHUNK)
            if len(self._backlog) > _MAX_BACKLOG:
                raise ChannelError(f"the agent sent over {_MAX_BACKLOG} bytes nobody asked for")
        if self._channel.closed:
            raise ChannelError(f"{_END} while sending")
        if deadline.expired:
            raise SilenceError("the guest takes no more bytes")
        time.sleep(_PAUSE_S)

    def receive(self, deadline: Deadline) -> bytes:
        if self._backlog:
            data, self._backlog = bytes(self._backlog), bytearray()
            return data
        left_s = deadline.left_s()
        if not self._came.wait(None if math.isinf(left_s) else left_s):
            raise SilenceError("the guest is silent")
        if self._channel.recv_ready():
            return self._channel.recv(_CHUNK)
        if self._channel.eof_received or self._channel.closed:
            raise ChannelError(_END)
        return b""

    def finish(self, deadline: Deadline) -> int | None:
        """End the command's input and wait; its exit status, None if it did not end in time."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._channel.shutdown_write()
        self._channel.status_event.wait(deadline.left_s())
        self._reader.join(deadline.left_s())
        status = self._channel.exit_status
        return status if status >= 0 else None

    def close(self) -> None:
        self._channel.close()

    def _read_errors(self) -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            while data := self._channel.recv_stderr(_CHUNK):
                self._complain(data)

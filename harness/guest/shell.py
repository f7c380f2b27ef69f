"""Shell commands in the guest, run by the distribution's busybox: triggers of events."""

import codecs
import os
from collections.abc import Callable

from harness.channels.fields import Fields
from harness.guest.later import Connection
from harness.guest.terminal import Screen, Terminal, exit_status
from harness.values.deadline import Deadline
from harness.values.errors import GuestError, ProtocolError

_MAX_OUTPUT = 1024 * 1024
_MAX_WAIT_STATUS = 0xFFFF


class Shell:
    """One command under way in the guest."""

    def __init__(self, connection: Connection, command: str, handle: int) -> None:
        self._connection = connection
        self.command = command
        self.handle = handle
        self._text = ""
        self._bytes = 0
        # A character may come in two events; decoded piece by piece, output only ever grows.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.output_dropped = 0
        """Bytes beyond the first MiB, which are not kept."""

        self._wait_status: int | None = None

    @property
    def ended(self) -> bool:
        return self._wait_status is not None

    @property
    def output(self) -> str:
        """Its standard output and error so far, mixed as they came."""
        return self._text

    @property
    def status(self) -> int:
        """The exit status; 128 + N if signal N ended it, as a shell says it."""
        if self._wait_status is None:
            raise GuestError(f"the command is still running: {self.command}")
        return exit_status(self._wait_status)

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for its end and return the status; kills it and raises GuestError in time."""
        limit_s = self._connection.timeout_s if timeout_s is None else timeout_s
        deadline = Deadline.after(limit_s)
        while not self.ended:
            if deadline.expired:
                self.kill()
                raise GuestError(f"the guest's command did not end: {self.command}")
            self._connection.client.pump(min(0.5, deadline.left_s()))
        return self.status

    def kill(self) -> None:
        """SIGKILL to it and to all it started."""
        self._connection.submit("shell_kill", lambda reply: None, {"shell": self.handle}).result()

    def take_output(self, data: bytes) -> None:
        kept = data[: _MAX_OUTPUT - self._bytes]
        self._bytes += len(kept)
        self._text += self._decoder.decode(kept)
        self.output_dropped += len(data) - len(kept)

    def take_exit(self, wait_status: int) -> None:
        self._text += self._decoder.decode(b"", final=True)
        self._wait_status = wait_status


class Shells:
    """The commands of one guest; hands every event to the command it belongs to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._running: dict[int, Shell | Terminal] = {}
        connection.client.listen("output", self._take_output)
        connection.client.listen("exit", self._take_exit)

    def start(self, command: str, seccomp: bytes | None = None) -> Shell:
        """Start `/bin/sh -c command`; raises GuestError if the guest cannot start it.

        `seccomp`: a classic program that decides on every system call of it.
        """
        shell = Shell(self._connection, command, self._connection.new_handle())
        self._running[shell.handle] = shell
        errno = self._connection.submit(
            "shell_start",
            lambda reply: reply.errno(),
            {"as": shell.handle, "command": command, "seccomp": seccomp},
        ).result()
        if errno:
            raise GuestError(f"the guest cannot start a shell: errno {errno}")
        return shell

    def start_terminal(
        self, command: str, screen: Screen | None, show: Callable[[bytes], None]
    ) -> Terminal:
        """Start a shell that is typed into; `show` gets what it prints."""
        terminal = Terminal(self._connection, self._connection.new_handle(), show)
        self._running[terminal.handle] = terminal
        terminal.start(command, screen)
        return terminal

    def _take_output(self, event: Fields) -> None:
        shell = self._running.get(event.integer("shell"))
        if shell is not None:
            shell.take_output(event.data("data"))

    def _take_exit(self, event: Fields) -> None:
        shell = self._running.pop(event.integer("shell"), None)
        status = event.integer("status")
        if not 0 <= status <= _MAX_WAIT_STATUS or not (
            os.WIFEXITED(status) or os.WIFSIGNALED(status)
        ):
            raise ProtocolError(f"the guest says that a command ended with wait status {status}")
        if shell is not None:
            shell.take_exit(status)

"""A shell of the guest that is typed into, on a terminal or on a pipe, and what it prints."""

import errno
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from harness.channels.fields import Fields
from harness.guest.later import Connection, Later
from harness.values.deadline import Deadline
from harness.values.errors import AgentError, GuestError, RefusedError, SilenceError

# Bytes of input in one request; the agent takes up to 64 KiB.
_PIECE = 32 * 1024


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal's size in characters, and its type by the name that terminfo knows."""

    rows: int
    columns: int
    term: str = "linux"


def exit_status(wait_status: int) -> int:
    """What a shell makes of the status that waitpid(2) gave: 128 + N if signal N ended it."""
    code = os.waitstatus_to_exitcode(wait_status)
    return 128 - code if code < 0 else code


class Terminal:
    """One shell under way, until it ends. Input is kept until the guest has taken it."""

    def __init__(self, connection: Connection, handle: int, show: Callable[[bytes], None]) -> None:
        """`show` is called with all that it prints, as it comes."""
        self._connection = connection
        self.handle = handle
        self._show = show
        self._input: deque[bytes] = deque()
        self._sent: Later[int] | None = None
        self._patience = Deadline.after(connection.timeout_s)
        self._wait_status: int | None = None

    def start(self, command: str, screen: Screen | None) -> None:
        """`/bin/sh -c command`, or with no command a shell that reads its input.

        Without a screen it has pipes.
        """
        arguments: dict[str, object] = {
            "as": self.handle,
            "command": command or None,
            "term": screen.term if screen else "dumb",
            "rows": screen.rows if screen else 0,
            "columns": screen.columns if screen else 0,
        }
        later = self._connection.submit("terminal_start", lambda r: r.errno(), arguments)
        if number := later.result():
            raise GuestError(f"the guest cannot start a shell: {os.strerror(number)}")

    @property
    def ended(self) -> bool:
        return self._wait_status is not None

    @property
    def status(self) -> int:
        """The exit status; 128 + N if signal N ended it, as a shell says it."""
        if self._wait_status is None:
            raise GuestError("the shell has not ended")
        return exit_status(self._wait_status)

    @property
    def backlog(self) -> int:
        """Bytes of input that the guest has not taken yet."""
        return sum(map(len, self._input))

    def type(self, data: bytes) -> None:
        """Hand on what was typed; empty data is the end of a pipe."""
        pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
        self._input.extend(pieces or [b""])

    def pump(self, seconds: float) -> None:
        """Exchange input and output for at most that long; returns early when some has come.

        Raises SilenceError if the guest does not say in time what it has taken.
        """
        self._send()
        self._connection.client.pump(seconds)
        if self._sent is not None and not self._sent.answered and self._patience.expired:
            raise SilenceError("the guest is silent: it does not answer what was typed")

    def _send(self) -> None:
        """One piece at a time, so that the next follows what was taken of the last."""
        if self._sent is not None:
            if not self._sent.answered:
                return
            self._take_answer(self._sent)
        if self._input and not self.ended:
            arguments: dict[str, object] = {"shell": self.handle, "data": self._input[0]}
            self._sent = self._connection.submit("terminal_input", _taken, arguments)
            self._patience = Deadline.after(self._connection.timeout_s)

    def _take_answer(self, answer: Later[int]) -> None:
        self._sent = None
        try:
            taken = answer.result()
        except AgentError:
            # It had ended before the input came, which the agent has told by now.
            if not self.ended:
                raise
            return
        rest = self._input.popleft()[taken:]
        if rest:
            self._input.appendleft(rest)

    def resize(self, screen: Screen) -> None:
        arguments: dict[str, object] = {
            "shell": self.handle,
            "rows": screen.rows,
            "columns": screen.columns,
        }
        self._connection.submit("terminal_resize", lambda reply: None, arguments)

    def kill(self) -> None:
        """SIGKILL to it and to its group."""
        self._connection.submit("shell_kill", lambda reply: None, {"shell": self.handle})

    def take_output(self, data: bytes) -> None:
        self._show(data)

    def take_exit(self, wait_status: int) -> None:
        self._wait_status = wait_status


def _taken(reply: Fields) -> int:
    """How much of it: 0 is a terminal that is full. A shell may close its input: all is taken."""
    number = reply.errno()
    if number == errno.EPIPE:
        return _PIECE
    if number:
        raise RefusedError(f"the guest's shell takes no input: errno {number}", number)
    return reply.integer("taken")

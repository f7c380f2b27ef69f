"""The host's terminal while a guest's shell has it: raw, its size told, and restored after."""

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from harness.guest.terminal import Screen

LEAVE = b"\x1d"
"""Ctrl-], which ends the guest: what virsh and telnet take to leave a console."""

_CHUNK = 4096

_DEFAULT = (24, 80)


def is_terminal() -> bool:
    """Whether a person types, and sees what is printed."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def screen() -> Screen:
    """The host's terminal as the guest's programs are to see it."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        rows, columns = _DEFAULT
    # A serial line to the host tells no size.
    rows, columns = rows or _DEFAULT[0], columns or _DEFAULT[1]
    return Screen(rows, columns, os.environ.get("TERM", "linux"))


@contextmanager
def raw_mode() -> Iterator[None]:
    """Within this block each key is handed on as it is, Ctrl-C too."""
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


class Resizes:
    """Notes that the terminal has got another size. Use as a context manager in the main thread."""

    def __init__(self) -> None:
        self._noted = False

    def __enter__(self) -> "Resizes":
        self._previous = signal.signal(signal.SIGWINCH, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGWINCH, self._previous)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = True

    def take(self) -> bool:
        """Whether it has since the last call."""
        noted, self._noted = self._noted, False
        return noted


def read_keys() -> bytes | None:
    """What was typed or came through the pipe; None if nothing did, empty at the end."""
    if sys.stdin is None:
        return b""
    fd = sys.stdin.fileno()
    ready, _, _ = select.select([fd], [], [], 0)
    return os.read(fd, _CHUNK) if ready else None

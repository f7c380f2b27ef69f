"""The console of a machine, read from wherever it is into a file as long as the machine is used."""

import contextlib
import logging
import os
import socket
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

import pexpect
from pexpect.fdpexpect import fdspawn
from pexpect.socket_pexpect import SocketSpawn

from harness.formats.telnet import TelnetText
from harness.values.console_source import ConsoleKind, ConsoleSource
from harness.values.errors import TargetError
from harness.vm.console import MAX_CONSOLE

_log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_READ_S = 0.2
_CONNECT_S = 10.0
_END_S = 5.0

# A console server may hang up when its machine reboots.
_REOPEN_S = 1.0


class _Bytes(Protocol):
    """What of a pexpect spawn is used here: bytes, since it is given no encoding."""

    def read_nonblocking(self, size: int, timeout: float) -> bytes: ...

    def send(self, s: bytes) -> int: ...

    def close(self) -> None: ...


class ConsoleReader:
    """Reads one console into a file, from a thread of its own, until it is closed."""

    def __init__(self, source: ConsoleSource, path: Path) -> None:
        """Raises TargetError if it cannot be opened."""
        self._source = source
        self._closing = threading.Event()
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._size = 0
        self.fault = ""
        """What became of it the last time that it ended by itself."""

        try:
            stream = _open(source)
        except BaseException:
            self._file.close()
            raise
        self._thread = threading.Thread(
            target=self._read_all, args=(stream,), name="console", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End it, and whatever command gave it; may be called twice."""
        self._closing.set()
        self._thread.join(_END_S)

    def _read_all(self, stream: _Bytes | None) -> None:
        with self._file:
            while not self._closing.is_set():
                if stream is not None:
                    self._read(stream)
                    _close(stream)
                    self.fault = _ended(stream)
                if self._closing.wait(_REOPEN_S):
                    return
                stream = self._reopen()

    def _reopen(self) -> _Bytes | None:
        try:
            return _open(self._source)
        except TargetError as error:
            self.fault = error.message
            _log.debug("the console is away: %s", error)
            return None

    def _read(self, stream: _Bytes) -> None:
        """Until it ends or we are to."""
        take = self._taker(stream)
        while not self._closing.is_set():
            try:
                data = stream.read_nonblocking(_CHUNK, _READ_S)
            except pexpect.TIMEOUT:
                continue
            except (pexpect.EOF, OSError):
                return
            self._write(take(data))

    def _taker(self, stream: _Bytes) -> Callable[[bytes], bytes]:
        if self._source.kind is not ConsoleKind.TELNET:
            return lambda data: data
        telnet = TelnetText()

        def take(data: bytes) -> bytes:
            text, answer = telnet.feed(data)
            # Who has hung up meanwhile is noticed by the next read.
            with contextlib.suppress(OSError):
                if answer:
                    stream.send(answer)
            return text

        return take

    def _write(self, data: bytes) -> None:
        """No more than whoever looks at its size takes for a flood."""
        self._file.write(data[: max(0, MAX_CONSOLE + 1 - self._size)])
        self._size += len(data)


def _open(source: ConsoleSource) -> _Bytes:
    try:
        match source.kind:
            case ConsoleKind.COMMAND:
                # As it is from its first byte on: no line end becomes two.
                command: pexpect.spawn[bytes] = pexpect.spawn(
                    "/bin/sh", ["-c", source.place], preexec_fn=lambda: tty.setraw(0)
                )
                return command
            case ConsoleKind.SERIAL:
                return fdspawn(_open_serial(Path(source.place), source.number))
            case ConsoleKind.TELNET | ConsoleKind.TCP:
                address = (source.place, source.number)
                return SocketSpawn(socket.create_connection(address, _CONNECT_S))
    except (OSError, termios.error, pexpect.ExceptionPexpect) as error:
        raise TargetError(
            f"cannot open the console {source}: {error}",
            remedy="check --console; nobody else may have it open",
        ) from error


def _open_serial(path: Path, speed: int) -> int:
    constant = getattr(termios, f"B{speed}", None)
    if constant is None:
        raise TargetError(f"a serial port has no speed {speed}", remedy="try 115200")
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        tty.setraw(fd)
        attributes = termios.tcgetattr(fd)
        attributes[2] |= termios.CLOCAL | termios.CREAD
        attributes[4] = attributes[5] = constant
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _ended(stream: _Bytes) -> str:
    if not isinstance(stream, pexpect.spawn):
        return "the other side hung up"
    return f"its command ended with status {stream.exitstatus}"


def _close(stream: _Bytes) -> None:
    with contextlib.suppress(OSError, pexpect.ExceptionPexpect):
        if isinstance(stream, pexpect.spawn):
            stream.close(force=True)
        else:
            stream.close()

"""harness.remote.console: what each kind of console says comes into the file while it is open."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pexpect.socket_pexpect import SocketSpawn

from harness.remote.console import ConsoleReader
from harness.values.console_source import ConsoleKind, ConsoleSource
from harness.values.deadline import Deadline
from harness.values.errors import TargetError
from tests.check_command import processes_of

LINE = b"[    1.000000] bpf-harness: end one\r\n"


def wait_for(said: Callable[[], bytes], wanted: bytes) -> bytes:
    deadline = Deadline.after(10)
    while wanted not in said() and not deadline.expired:
        time.sleep(0.01)
    return said()


def serve(*connections: Callable[[socket.socket], None]) -> int:
    """The port of a server that does so to one connection after the other."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with listener:
            for act in connections:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    act(connection)

    threading.Thread(target=run, daemon=True).start()
    return int(listener.getsockname()[1])


def test_a_connection_is_read_and_made_again_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "log"
    port = serve(lambda one: one.sendall(b"first "), lambda two: two.sendall(LINE))

    reader = ConsoleReader(ConsoleSource(ConsoleKind.TCP, "127.0.0.1", port), path)

    assert wait_for(path.read_bytes, LINE) == b"first " + LINE
    reader.close()


def test_a_terminal_server_is_declined_its_options(tmp_path: Path) -> None:
    path = tmp_path / "log"
    heard: list[bytes] = []

    def negotiate(connection: socket.socket) -> None:
        connection.sendall(bytes([255, 251, 1]) + LINE)
        heard.append(connection.recv(100))

    port = serve(negotiate)

    reader = ConsoleReader(ConsoleSource(ConsoleKind.TELNET, "127.0.0.1", port), path)

    assert wait_for(path.read_bytes, LINE) == LINE
    assert wait_for(lambda: b"".join(heard), b"\x01") == bytes([255, 254, 1])
    reader.close()


def test_a_terminal_server_that_takes_no_answer_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has hung up in between. What it said counts, and it is connected to anew."""

    def refuse(_: "SocketSpawn[bytes]", __: bytes) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(SocketSpawn, "send", refuse)
    path = tmp_path / "log"
    question = bytes([255, 251, 1])
    port = serve(lambda one: one.sendall(question + b"first "), lambda two: two.sendall(LINE))

    reader = ConsoleReader(ConsoleSource(ConsoleKind.TELNET, "127.0.0.1", port), path)

    assert wait_for(path.read_bytes, LINE) == b"first " + LINE
    reader.close()


def test_a_serial_line_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log"
    ours, theirs = os.openpty()

    reader = ConsoleReader(ConsoleSource(ConsoleKind.SERIAL, os.ttyname(theirs), 115200), path)
    os.write(ours, LINE)

    assert wait_for(path.read_bytes, LINE) == LINE
    reader.close()
    os.close(ours)
    os.close(theirs)


def test_a_command_is_read_as_it_is_and_ended(tmp_path: Path) -> None:
    path = tmp_path / "log"
    script = tmp_path / "console"
    script.write_bytes(b"printf '" + LINE.replace(b"\r\n", rb"\r\n") + b"'; sleep 60\n")

    reader = ConsoleReader(ConsoleSource(ConsoleKind.COMMAND, f"exec sh {script}"), path)
    said = wait_for(path.read_bytes, LINE)
    reader.close()
    reader.close()

    assert said == LINE
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    "source",
    [
        ConsoleSource(ConsoleKind.TCP, "127.0.0.1", 1),
        ConsoleSource(ConsoleKind.SERIAL, "/dev/none", 115200),
        ConsoleSource(ConsoleKind.SERIAL, "/dev/null", 115200),
        ConsoleSource(ConsoleKind.SERIAL, "/dev/ptmx", 12345),
    ],
    ids=str,
)
def test_what_cannot_be_opened_is_told(tmp_path: Path, source: ConsoleSource) -> None:
    with pytest.raises(TargetError) as caught:
        ConsoleReader(source, tmp_path / "log")

    assert caught.value.remedy

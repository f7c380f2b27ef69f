"""A machine's console as it comes to us: each kind shows a splat, and is told when it is none.

The console of the guest is a file of ours. Behind a serial line, a terminal server or a plain
connection is what follows that file.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.images.ssh_server import DROPBEAR
from harness.remote.ssh_guest import SshGuest
from tests.vm.ssh_machine import cases, check, look

SPLAT = "<4>WARNING: CPU: 0 PID: 1 at kernel/bpf/core.c:1 bpf_nothing+0x1/0x2"

# RFC 854: will echo, will suppress go-ahead, do terminal type.
NEGOTIATION = bytes([255, 251, 1, 255, 251, 3, 255, 253, 24])

pytestmark = pytest.mark.parametrize("machine", [DROPBEAR], indirect=True, ids=["dropbear"])

Send = Callable[[bytes], object]


def follow(path: Path, send: Send, ended: threading.Event) -> None:
    """What is added to the file from now on."""
    with path.open("rb") as file, contextlib.suppress(OSError):
        file.seek(0, os.SEEK_END)
        while not ended.is_set():
            if data := file.read(4096):
                send(data)
            else:
                time.sleep(0.01)


@contextmanager
def serial(console: Path) -> Iterator[str]:
    """One end of a pair of terminals, as a serial line that somebody has plugged in."""
    ours, theirs = os.openpty()
    ended = threading.Event()
    thread = threading.Thread(
        target=follow, args=(console, lambda data: os.write(ours, data), ended), daemon=True
    )
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        ended.set()
        thread.join(5)
        os.close(ours)
        os.close(theirs)


@contextmanager
def served(console: Path, greeting: bytes) -> Iterator[int]:
    """The port of a server that says what is on the console to whoever comes."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with contextlib.suppress(OSError):
                while not ended.is_set():
                    connection, _ = listener.accept()
                    with connection:
                        connection.sendall(greeting)
                        follow(console, connection.sendall, ended)

        threading.Thread(target=run, daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def console_of(machine: SshGuest, kind: str) -> Iterator[str]:
    """The value of --console."""
    path = machine.folder / "console.log"
    match kind:
        case "serial":
            with serial(path) as device:
                yield device
        case "telnet":
            with served(path, NEGOTIATION) as port:
                yield f"telnet:127.0.0.1:{port}"
        case "tcp":
            with served(path, b"") as port:
                yield f"tcp:127.0.0.1:{port}"
        case _:
            yield str(machine.console)


@pytest.mark.parametrize("kind", ["serial", "telnet", "tcp", "cmd"])
def test_a_splat_belongs_to_the_trial_in_which_it_came(
    machine: SshGuest, tmp_path: Path, kind: str
) -> None:
    """To no other, before or after."""
    path = cases(tmp_path, f"echo '{SPLAT}' >/dev/kmsg")
    before = look(machine)
    with console_of(machine, kind) as console:
        ended = check(tmp_path, machine, path, options=(*machine.options, "--console", console))

    assert [outcome for *outcome, _ in ended.outcomes()] == [
        ["a_before", "interp", "PASSED"],
        ["b_does_it", "interp", "CRASHED"],
        ["c_after", "interp", "PASSED"],
    ], ended.stderr
    assert "kernel/bpf/core.c:1" in ended.reason("b_does_it")
    assert ended.status == 1
    assert look(machine) == before


@pytest.mark.parametrize(
    ("console", "said"),
    [
        ("/dev/none", "cannot open the console /dev/none,115200: [Errno 2] No such file"),
        ("/dev/null", "cannot open the console /dev/null,115200: (25, "),
        ("telnet:127.0.0.1:1", "cannot open the console telnet:127.0.0.1:1: [Errno 111]"),
        ("cmd:echo no BMC; exit 7", ": its command ended with status 7; it said: no BMC"),
        ("cmd:exec sleep 1000", "does not come on cmd:exec sleep 1000\n"),
    ],
)
def test_a_console_that_is_none_ends_the_command_with_one_message(
    machine: SshGuest, tmp_path: Path, console: str, said: str
) -> None:
    """Not every trial of a suite; nothing is left there, and nothing written here."""
    path = cases(tmp_path, "true")
    before = look(machine)

    ended = check(tmp_path, machine, path, options=(*machine.options, "--console", console))

    assert ended.status == 3
    assert said in ended.stderr
    assert ended.stderr.count("remedy: ") == 1
    assert not ended.report.exists()
    assert look(machine) == before

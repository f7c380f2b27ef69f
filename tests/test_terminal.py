"""harness.guest.terminal: what is typed reaches the guest whole and in order, on a fake agent."""

import errno
from pathlib import Path
from typing import Any

import pytest

from harness.channels.fake import FakeRefusalError
from harness.guest.guest import Guest
from harness.guest.terminal import Screen, Terminal
from harness.values.errors import GuestError, RefusedError, SilenceError
from harness.vm.fake import FakeVm


class Reads:
    """A guest with one shell that takes so many bytes of input at a time."""

    def __init__(self, folder: Path, at_once: int = 1 << 20, errno: int = 0) -> None:
        handlers = {
            "terminal_start": self._start,
            "terminal_input": self._take,
            "terminal_resize": lambda request: {"errno": 0},
            "shell_kill": lambda request: {},
        }
        self.vm = FakeVm(folder / "console.log", handlers)
        self.guest = Guest(self.vm, timeout_s=0.2)
        self.typed = bytearray()
        self.shown = bytearray()
        self.at_once, self.errno = at_once, errno

    def start(self, command: str = "", screen: Screen | None = None) -> Terminal:
        return self.guest.terminal(self.shown.extend, command=command, screen=screen)

    def end(self, terminal: Terminal, wait_status: int) -> None:
        self.vm.channel.send_event("exit", shell=terminal.handle, status=wait_status)

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"errno": self.errno}

    def _take(self, request: dict[str, Any]) -> dict[str, Any]:
        taken = request["data"][: self.at_once]
        self.typed += taken
        return {"errno": self.errno, "taken": len(taken)}


def pump(terminal: Terminal, times: int = 20) -> None:
    for _ in range(times):
        terminal.pump(0)


def test_a_shell_is_started_on_a_terminal_of_that_size(tmp_path: Path) -> None:
    reads = Reads(tmp_path)

    reads.start("top", Screen(50, 132, "xterm"))

    (request,) = [r for r in reads.vm.channel.requests if r["op"] == "terminal_start"]
    assert (request["command"], request["term"]) == ("top", "xterm")
    assert (request["rows"], request["columns"]) == (50, 132)


def test_a_guest_without_terminals_says_so(tmp_path: Path) -> None:
    with pytest.raises(GuestError, match="cannot start a shell: No space left on device"):
        Reads(tmp_path, errno=errno.ENOSPC).start()


def test_input_that_is_not_taken_at_once_follows(tmp_path: Path) -> None:
    """A terminal holds 4 KiB that nobody reads."""
    reads = Reads(tmp_path, at_once=7)
    terminal = reads.start()
    terminal.type(b"echo one\n")
    terminal.type(b"echo two\n")
    pump(terminal)

    assert (bytes(reads.typed), terminal.backlog) == (b"echo one\necho two\n", 0)


def test_a_large_input_goes_in_pieces(tmp_path: Path) -> None:
    reads = Reads(tmp_path)
    terminal = reads.start()
    terminal.type(bytes(100_000))
    pump(terminal)

    sizes = [len(r["data"]) for r in reads.vm.channel.requests if r["op"] == "terminal_input"]
    assert (len(reads.typed), max(sizes)) == (100_000, 32 * 1024)


def test_the_end_of_a_pipe_is_handed_on_after_what_came_before(tmp_path: Path) -> None:
    reads = Reads(tmp_path)
    terminal = reads.start()
    terminal.type(b"exit 3")
    terminal.type(b"")
    pump(terminal)

    pieces = [r["data"] for r in reads.vm.channel.requests if r["op"] == "terminal_input"]
    assert pieces == [b"exit 3", b""]


def test_output_is_shown_as_bytes_and_the_status_as_a_shell_tells_it(tmp_path: Path) -> None:
    reads = Reads(tmp_path)
    terminal = reads.start()
    reads.vm.channel.send_event("output", shell=terminal.handle, data=b"\xc3")
    reads.end(terminal, 9)
    pump(terminal)

    assert (bytes(reads.shown), terminal.ended, terminal.status) == (b"\xc3", True, 128 + 9)


def test_what_is_typed_after_the_end_is_nobodys(tmp_path: Path) -> None:
    """The agent knows no such shell any more, and has told its end before it says so."""
    reads = Reads(tmp_path)
    terminal = reads.start()

    def gone(request: dict[str, Any]) -> dict[str, Any]:
        reads.end(terminal, 0)
        raise FakeRefusalError(errno.ENOENT, "there is no shell 1")

    reads.vm.channel.handlers["terminal_input"] = gone
    terminal.type(b"late")
    pump(terminal)

    assert terminal.status == 0


def test_a_shell_that_closed_its_input_gets_no_more(tmp_path: Path) -> None:
    reads = Reads(tmp_path)
    terminal = reads.start()
    reads.errno = errno.EPIPE
    terminal.type(b"nobody reads")
    pump(terminal)

    assert terminal.backlog == 0


def test_another_error_of_the_input_is_told(tmp_path: Path) -> None:
    reads = Reads(tmp_path)
    terminal = reads.start()
    reads.errno = errno.EIO
    terminal.type(b"x")

    with pytest.raises(RefusedError, match="takes no input: errno 5"):
        pump(terminal)


def test_a_guest_that_does_not_answer_keys_is_silent(tmp_path: Path) -> None:
    """Not one that has nothing to say."""
    reads = Reads(tmp_path)
    terminal = reads.start()
    pump(terminal)
    reads.vm.channel.send = lambda data, deadline: None  # type: ignore[method-assign]
    terminal.type(b"x")

    with pytest.raises(SilenceError, match="does not answer what was typed"):
        pump(terminal, 1 << 30)

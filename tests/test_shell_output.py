"""Output of shell commands as it comes, in pieces that do not end where characters do."""

from collections import deque
from itertools import pairwise
from pathlib import Path
from typing import Any

from harness.guest.guest import Guest
from harness.values.deadline import Deadline
from harness.values.errors import SilenceError
from harness.vm.fake import FakeVm


class Says(FakeVm):
    """A VM whose only shell prints these pieces once it was started, one event each, and ends."""

    def __init__(self, folder: Path, pieces: tuple[bytes, ...]) -> None:
        super().__init__(folder / "console.log", {"shell_start": self._start})
        self._pieces = pieces
        self._events: deque[dict[str, Any]] = deque()
        self._receive = self.channel.receive
        self.channel.receive = self._receive_or_say  # type: ignore[method-assign]

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        shell = request["as"]
        self._events.extend({"name": "output", "shell": shell, "data": p} for p in self._pieces)
        self._events.append({"name": "exit", "shell": shell, "status": 0})
        return {"errno": 0}

    def _receive_or_say(self, deadline: Deadline) -> bytes:
        try:
            return self._receive(deadline)
        except SilenceError:
            if not self._events:
                raise
            self.channel.send_event(**self._events.popleft())
            return self._receive(deadline)


def guest_that_says(*pieces: bytes, folder: Path) -> Guest:
    return Guest(Says(folder, pieces))


def test_output_never_changes_what_it_was(tmp_path: Path) -> None:
    """Whoever shows it remembers how much was shown."""
    guest = guest_that_says(
        b"caf\xc3", b"\xa9 \xe2\x82", b"\xac\xff.", b"\xf0\x9f", folder=tmp_path
    )
    shell = guest.shell("menu")
    seen = [shell.output]
    while not shell.ended:
        guest.vm.client.pump(0.01)
        seen.append(shell.output)

    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))
    assert shell.output == "café €\N{REPLACEMENT CHARACTER}.\N{REPLACEMENT CHARACTER}"


def test_output_over_the_limit_is_counted(tmp_path: Path) -> None:
    """More than a MiB of one command."""
    guest = guest_that_says(*[bytes(32 * 1024)] * 33, folder=tmp_path)
    shell = guest.shell("cat /dev/zero")
    shell.wait()

    assert shell.output_dropped == 32 * 1024

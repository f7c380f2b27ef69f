"""harness.guest.shell and trace: what comes as events, on a fake agent."""

from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.values.errors import GuestError, ProtocolError
from harness.vm.fake import FakeVm


class Bench:
    """A guest whose shell commands end with the status that they are."""

    def __init__(self, folder: Path) -> None:
        handlers = {
            "shell_start": self._start,
            "shell_kill": lambda request: {},
            "trace_start": lambda request: {"errno": 0},
            "trace_stop": lambda request: {"lines": 0},
        }
        self.vm = FakeVm(folder / "console.log", handlers)
        self.guest = Guest(self.vm, timeout_s=5)

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["command"].isdigit():
            self.vm.channel.send_event("output", shell=request["as"], data=b"half \xff")
            self.vm.channel.send_event("output", shell=request["as"], data=b" whole")
            self.vm.channel.send_event("exit", shell=request["as"], status=int(request["command"]))
        return {"errno": 0}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize(("wait_status", "status"), [(0, 0), (3 << 8, 3), (9, 137), (139, 139)])
def test_a_wait_status_is_told_as_a_shell_tells_it(
    bench: Bench, wait_status: int, status: int
) -> None:
    """139 is signal 11 with a core dump."""
    shell = bench.guest.shell(str(wait_status))

    assert shell.wait() == status
    assert shell.output == "half \ufffd whole"


@pytest.mark.parametrize("wait_status", [0x7F, 0xFFFF, 1 << 16, 1 << 40])
def test_a_wait_status_that_cannot_be_is_a_broken_protocol(bench: Bench, wait_status: int) -> None:
    with pytest.raises(ProtocolError, match=f"wait status {wait_status}"):
        bench.guest.shell(str(wait_status)).wait()


def test_a_command_that_does_not_end_is_killed_and_told(bench: Bench) -> None:
    shell = bench.guest.shell("sleep")

    with pytest.raises(GuestError, match="the guest's command did not end: sleep"):
        shell.wait(0.05)
    assert bench.vm.channel.requests[-1]["op"] == "shell_kill"
    with pytest.raises(GuestError, match="still running: sleep"):
        _ = shell.status


def test_output_beyond_a_mebibyte_is_counted_and_dropped(bench: Bench) -> None:
    shell = bench.guest.shell("seq")
    for _ in range(3):
        bench.vm.channel.send_event("output", shell=shell.handle, data=bytes(1 << 19))
    bench.vm.channel.send_event("exit", shell=shell.handle, status=0)

    assert shell.wait() == 0
    assert (len(shell.output), shell.output_dropped) == (1 << 20, 1 << 19)


def test_trace_lines_are_what_the_filter_printed(bench: Bench) -> None:
    """The line that a filter's own newline leaves empty is dropped."""
    with bench.guest.trace() as trace:
        line = b"  ping-7  [001] ..s1.  3.14: bpf_trace_printk: skb 1"
        bench.vm.channel.send_event("trace", lines=[line, b"", b"CPU:0 [LOST 7 EVENTS]"])

        lines = trace.wait(0.05)

    assert [line.message for line in lines] == ["skb 1", "CPU:0 [LOST 7 EVENTS]"]
    assert lines[0].text.startswith("  ping-7")


def test_lines_that_nobody_takes_are_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.guest.trace.MAX_LINES", 2)
    trace = bench.guest.trace()
    bench.vm.channel.send_event("trace", lines=[b"1"] * 200_000)

    trace.stop()

    assert trace.dropped == 200_000 - 2


def test_a_trace_buffer_that_cannot_be_read_is_told(bench: Bench) -> None:
    bench.vm.channel.handlers["trace_start"] = lambda request: {"errno": 2}

    with pytest.raises(GuestError, match="trace buffer cannot be read: errno 2"):
        bench.guest.trace()

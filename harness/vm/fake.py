"""A VM without QEMU: a fake agent that writes its markers to a console file, as a kernel would."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.channels.client import AgentClient
from harness.channels.fake import FakeChannel, Handler
from harness.values.autopsy import Autopsy, CodeRange
from harness.values.errors import ChannelError
from harness.vm.console import ConsoleLog
from harness.vm.running import Identity, Loss

_IDENTITY = Identity(
    release="6.12.0-fake",
    uname_version="#1 SMP",
    machine="fake",
    boot_id="00000000-0000-0000-0000-000000000000",
    cpus=2,
    page_size=4096,
    stext=0xFFFFFFFF81000000,
    spin_ns=500_000,
    nonce="f" * 32,
)


class FakeVm:
    """A RunningVm whose agent serves what `handlers` say, and the housekeeping by itself."""

    def __init__(self, console: Path, handlers: Mapping[str, Handler]) -> None:
        console.touch()
        self.console = ConsoleLog(console)
        self.channel = FakeChannel({**self._housekeeping(), **handlers})
        self.client = AgentClient(self.channel)
        self.identity = _IDENTITY
        self.stopped = False
        self.machine_fault: str | None = None
        self.taint = 0
        self.found: Autopsy | None = None
        """What an autopsy finds."""

    def write_console(self, text: str) -> None:
        """Let the kernel print."""
        with self.console.path.open("a") as file:
            file.write(text)

    def wait_for_exit(self, seconds: float) -> int | None:
        return 0 if self.stopped else None

    def loss(self, error: ChannelError) -> Loss:
        return Loss(error.message, self.machine_fault)

    def autopsy(self, code: Sequence[CodeRange]) -> Autopsy | None:
        return self.found

    def stop(self) -> None:
        self.stopped = True
        self.channel.close()

    def _housekeeping(self) -> dict[str, Handler]:
        return {
            "mark": self._mark,
            "health": self._health,
            "settings": lambda request: {"settings": []},
            "reset": _nothing,
            "put": _nothing,
            "drop": _nothing,
            "close": _nothing,
            "write_file": lambda request: {"errno": 0},
        }

    def _mark(self, request: dict[str, Any]) -> dict[str, Any]:
        self.write_console(f"[    1.000000] bpf-harness: {request['text']}\n")
        return {}

    def _health(self, request: dict[str, Any]) -> dict[str, Any]:
        return health_reply(taint=self.taint)


def health_reply(**differing: object) -> dict[str, Any]:
    """What the agent of a guest answers in which there is nothing, unless said otherwise."""
    return {
        "boot_id": _IDENTITY.boot_id,
        "taint": 0,
        "programs": [],
        "tables": [],
        "links": [],
        "btfs": [],
        "handles": 0,
        "perf_events": 0,
        "probes": 0,
        "processes": 0,
        "mem_available_kb": 400_000,
        "resident_kb": 1_600,
        **differing,
    }


def _nothing(request: dict[str, Any]) -> dict[str, Any]:
    return {}

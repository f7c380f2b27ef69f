"""A program in QEMU's place: the agent is a fake one, and the console has what a test wants.

`install` puts it into a folder under the name of every architecture's QEMU. It obeys FAKE_QEMU:
`serve`, `hang` (never ready), `mute` (ready, never answers), `garbage`, `torn` (dies in mid-reply),
`panic`, `killed` (by a signal, at once), `refuse` (ends at once, as QEMU does on a bad option).
FAKE_MIGRATION is how saving a state ends (completed); from a state that is one it goes on without
being ready again, and FAKE_RENEW is the errno of new entropy. With FAKE_KALLSYMS it tells the
addresses of its functions, with FAKE_SYSRQ=none it heeds no key, with thread it prints when it
panics. A shell command in the guest that is one of these words happens to the guest then.
"""

import os
import signal
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.formats.wire import FROM_HOST, Decoder, Kind, Message, encode
from harness.values.arch import ARCHES
from harness.vm.fake import health_reply
from tests.fake_monitor import STATE, FakeMonitor

_PANIC = "[    3.100000] Kernel panic - not syncing: sysrq triggered crash\n"
_BUILD = "build"

# Where one of the CPUs of tests/recorded/registers/x86_64.hung.txt is halted.
_STEXT = 0xFFFFFFFF88000000
_KALLSYMS = b"""\
ffffffff88000000 T _stext
ffffffff880bc560 t pv_native_safe_halt
ffffffff89000000 D _etext
"""
_CRASH = "[    9.200000] sysrq: Trigger a crash\n" + _PANIC
_SYSRQ = """\
[    9.100000] sysrq: Show backtrace of all active CPUs
[    9.100001] NMI backtrace for cpu 0
[    9.100002]  bpf_test_run+0x1fb/0x390
"""


def install(folder: Path) -> Path:
    """The folder, to be put first in PATH; the program in it runs with this Python."""
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).resolve().parent.parent
    for arch in ARCHES:
        program = folder / arch.qemu
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
            "from tests.fake_qemu import main\nmain()\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


class _Agent:
    """The whole guest."""

    def __init__(self, channel: socket.socket, console: Path) -> None:
        self._channel = channel
        self._console = console
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "hello": self._hello,
            "mark": self._mark,
            "health": self._health,
            "settings": lambda request: {"settings": []},
            "shell_start": self._shell,
            "read_file": _read_file,
            "write_file": lambda request: {"errno": 0},
            "renew": lambda request: {"errno": int(os.environ.get("FAKE_RENEW", "0"))},
        }

    def print(self, text: str) -> None:
        with self._console.open("a") as file:
            file.write(text)

    def send_ready(self) -> None:
        self._event("ready", version=1)

    def serve(self) -> None:
        decoder = Decoder(FROM_HOST)
        while data := self._channel.recv(65536):
            for message in decoder.feed(data):
                operation = self._operations.get(message.body["op"], _nothing)
                reply = {"result": operation(message.body)}
                self._channel.sendall(encode(Message(Kind.REPLY, message.id, reply)))

    def happen(self, word: str) -> None:
        """What FAKE_QEMU or a shell command asks for."""
        match word:
            case "hang" | "mute":
                time.sleep(3600)
            case "garbage":
                self._channel.sendall(b"\x00SeaBIOS (version rel-1.16.2)\r\n" * 8)
                time.sleep(3600)
            case "torn":
                reply = encode(Message(Kind.REPLY, 1, {"result": {"release": "6.12" * 100}}))
                self._channel.sendall(reply[: len(reply) // 2])
                os._exit(0)
            case "panic":
                self.print(_PANIC)
                os._exit(0)

    def _event(self, name: str, **fields: object) -> None:
        self._channel.sendall(encode(Message(Kind.EVENT, 0, {"event": name, **fields})))

    def _hello(self, request: dict[str, Any]) -> dict[str, Any]:
        return {
            "nonce": request["nonce"],
            "agent": _BUILD,
            "release": "6.12.1-fake",
            "uname_version": "#1 SMP",
            "machine": "x86_64",
            "boot_id": "00000000-0000-0000-0000-000000000001",
            "cpus": 2,
            "page_size": 4096,
            "stext": _STEXT if "FAKE_KALLSYMS" in os.environ else 0,
            "spin_ns": 500_000,
        }

    def _mark(self, request: dict[str, Any]) -> dict[str, Any]:
        self.print(f"[    2.000000] bpf-harness: {request['text']}\n")
        return {}

    def _health(self, request: dict[str, Any]) -> dict[str, Any]:
        return health_reply(boot_id="00000000-0000-0000-0000-000000000001")

    def _shell(self, request: dict[str, Any]) -> dict[str, Any]:
        self.happen(request["command"])
        self._event("exit", shell=request["as"], status=0)
        return {"errno": 0}


def _read_file(request: dict[str, Any]) -> dict[str, Any]:
    """There is one file."""
    return {"errno": 0, "data": _KALLSYMS} if request["path"] == "/proc/kallsyms" else {}


def _nothing(request: dict[str, Any]) -> dict[str, Any]:
    del request
    return {}


def _descriptor(argv: list[str], device: str) -> str:
    """What `-chardev KIND,id=DEVICE,…=VALUE` says at its end."""
    option = next(word for word in argv if f",id={device}," in word)
    return option.rpartition("=")[2].replace(",,", ",")


def _take_keys(agent: _Agent) -> None:
    """The break comes through the monitor, so every key is meant for SysRq."""
    told_at = {"thread": b"c", "none": b""}.get(os.environ.get("FAKE_SYSRQ", ""), b"l")
    while key := os.read(0, 1):
        if key == told_at:
            agent.print(_SYSRQ)
        if key == b"c" == told_at:
            agent.print(_CRASH)
            os._exit(0)


def _go_on(agent: _Agent, state: int) -> None:
    if os.read(state, 4096) != STATE:
        sys.exit("qemu-system-x86_64: load of migration failed: Invalid argument")
    agent.print("[    2.500000] restored\n")
    agent.serve()


def _terminate(number: int, frame: object) -> None:
    sys.stderr.write(f"qemu-system-x86_64: terminating on signal {number} from pid 1 (init)\n")
    sys.stderr.flush()
    os._exit(0)


def main() -> None:
    """Run as QEMU would, from the options that the harness gives it."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _terminate)
    if "--version" in sys.argv:
        sys.stdout.write("QEMU emulator version 7.2.0\n")
        return
    behaviour = os.environ.get("FAKE_QEMU", "serve")
    if behaviour == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "refuse":
        sys.exit("qemu-system-x86_64: -machine warp: unsupported machine type")
    channel = socket.socket(fileno=int(_descriptor(sys.argv, "agent")))
    agent = _Agent(channel, Path(_descriptor(sys.argv, "console")))
    monitor = socket.socket(fileno=int(_descriptor(sys.argv, "qmp")))
    FakeMonitor(monitor, os.environ.get("FAKE_MIGRATION", "completed")).start()
    if "-incoming" in sys.argv:
        _go_on(agent, int(sys.argv[sys.argv.index("-incoming") + 1].removeprefix("fd:")))
        return
    threading.Thread(target=_take_keys, args=(agent,), daemon=True).start()
    agent.print("[    0.000000] Linux version 6.12.1-fake\n")
    if behaviour in ("hang", "garbage", "panic"):
        agent.happen(behaviour)
    agent.send_ready()
    # A real guest takes a while; the host's hello is under way by then.
    header = channel.recv(struct.calcsize(">4sBBHIII"), socket.MSG_PEEK)
    assert header
    agent.happen(behaviour)
    agent.serve()


if __name__ == "__main__":
    main()

"""A program in the agent's place, for machines that run already: `agent --stdio FOLDER`.

`write` makes one. Its kernel log goes to standard error, as the real one's does. A shell command
that is one of these words happens: `die`, `mute`.
"""

import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.formats.wire import FROM_HOST, Decoder, Kind, Message, encode
from harness.vm.fake import health_reply

BUILD = "build"
OTHER_BOOT = "00000000-0000-0000-0000-000000000002"


def write(path: Path, *, build: str = BUILD, boot_id: str | None = None) -> Path:
    """The program at `path`; by default its boot id is this machine's."""
    root = Path(__file__).resolve().parent.parent
    path.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        f"from tests.fake_stdio_agent import serve\nserve({build!r}, {boot_id!r})\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def serve(build: str, boot_id: str | None) -> None:
    """Until the input ends."""
    boot = boot_id or Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    _send(Message(Kind.EVENT, 0, {"event": "ready", "version": 1}))
    decoder = Decoder(FROM_HOST)
    while data := os.read(0, 65536):
        for message in decoder.feed(data):
            result = _serve(message.body, build, boot)
            _send(Message(Kind.REPLY, message.id, {"result": result}))


def _serve(request: dict[str, Any], build: str, boot: str) -> dict[str, Any]:
    answers: dict[str, Callable[[], dict[str, Any]]] = {
        "hello": lambda: _hello(request, build, boot),
        "mark": lambda: _mark(request),
        "health": lambda: health_reply(boot_id=boot),
        "settings": lambda: {"settings": []},
        "write_file": lambda: {"errno": 0},
        "shell_start": lambda: _happen(request),
    }
    return answers.get(request["op"], dict)()


def _hello(request: dict[str, Any], build: str, boot: str) -> dict[str, Any]:
    return {
        "nonce": request["nonce"],
        "agent": build,
        "release": os.uname().release,
        "uname_version": os.uname().version,
        "machine": "x86_64",
        "boot_id": boot,
        "cpus": 2,
        "page_size": 4096,
        "stext": 0,
        "spin_ns": 100_000,
    }


def _mark(request: dict[str, Any]) -> dict[str, Any]:
    sys.stderr.write(f"[    2.000000] bpf-harness: {request['text']}\n")
    sys.stderr.flush()
    return {}


def _happen(request: dict[str, Any]) -> dict[str, Any]:
    match request["command"]:
        case "die":
            os._exit(1)
        case "mute":
            time.sleep(3600)
    _send(Message(Kind.EVENT, 0, {"event": "exit", "shell": request["as"], "status": 0}))
    return {"errno": 0}


def _send(message: Message) -> None:
    data = encode(message)
    while data:
        data = data[os.write(1, data) :]

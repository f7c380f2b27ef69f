"""The monitor of a program in QEMU's place: as much QMP as saving a state and an autopsy take."""

import array
import json
import os
import socket
import threading
from typing import Any

from tests.recorded_files import recorded_registers

STATE = b"the state of a fake guest"
MEMORY = b"\x7fELF of a fake guest"

_GREETING = {
    "QMP": {
        "version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": ""},
        "capabilities": [],
    }
}


class FakeMonitor(threading.Thread):
    """Serves one connection until its other end closes."""

    def __init__(self, connection: socket.socket, outcome: str) -> None:
        """`outcome` is what becomes of every migration and dump: completed, failed, active."""
        super().__init__(daemon=True)
        self._connection = connection
        self._outcome = outcome
        self._file = -1

    def run(self) -> None:
        self._say(_GREETING)
        text = ""
        while True:
            size = socket.CMSG_SPACE(array.array("i").itemsize)
            data, ancillary, _, _ = self._connection.recvmsg(65536, size)
            if not data:
                return
            for _, _, descriptors in ancillary:
                self._file = array.array("i", descriptors)[0]
            # Nothing but its own end separates a request from the next one.
            text = (text + data.decode()).lstrip()
            while text:
                request, end = json.JSONDecoder().raw_decode(text)
                text = text[end:].lstrip()
                self._serve(request)

    def _serve(self, request: dict[str, Any]) -> None:
        answer: dict[str, Any] | str = {}
        match request["execute"]:
            case "migrate":
                os.write(self._file, STATE)
                os.close(self._file)
            case "human-monitor-command":
                answer = recorded_registers("x86_64.hung")
            case "dump-guest-memory":
                os.write(self._file, MEMORY)
                os.close(self._file)
            case "query-dump":
                answer = {"status": self._outcome}
            case "query-migrate":
                answer = {"status": self._outcome}
        named = {"id": request["id"]} if "id" in request else {}
        self._say({"return": answer, **named})

    def _say(self, message: dict[str, Any]) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\r\n")

"""A guest with the host's user space, copy on write, that runs one program: virtme-ng's.

Knows what it leaves in its folder; not what the console says, nor what the program was for.
"""

import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from harness.boot.vng_command import vng_argv
from harness.values.accel import Accel
from harness.values.deadline import Deadline
from harness.values.errors import MissingToolError
from harness.values.kernel import Kernel
from harness.vm.console import ConsoleLog

_STEP_S = 0.2
_KILL_WAIT_S = 10.0


class HostGuest:
    """One program under way in a guest. Use as a context manager: then nothing of it is left."""

    def __init__(self, kernel: Kernel, accel: Accel, folder: Path, command: str) -> None:
        """Starts it; `folder` exists and gets its files. Raises MissingToolError."""
        self.console = ConsoleLog(folder / "console.log")
        shared = folder / "shared"
        shared.mkdir()
        self._begun, self._status = shared / "begun", shared / "status"
        self.output, self.errors = shared / "output", shared / "errors"
        for file in (self.output, self.errors):
            file.touch()
        (shared / "command").write_text(f"{command}\n")
        (shared / "script").write_text(_script(shared, Path.cwd()))
        vng = _vng()
        argv = vng_argv(vng, kernel, accel, shared, shared / "script")
        with self.console.path.open("wb") as console:
            self._popen = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PATH": f"{vng.parent}{os.pathsep}{os.environ['PATH']}"},
            )

    @property
    def begun(self) -> bool:
        """Whether the program was started."""
        return self._begun.exists()

    @property
    def status(self) -> int | None:
        """The program's exit status; None if it has not ended."""
        try:
            text = self._status.read_text().strip()
        except OSError:
            return None
        return int(text) & 0xFF if text.isdigit() else None

    def wait(self, deadline: Deadline) -> bool:
        """Until the guest has gone, or for a moment. Whether it has."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(min(_STEP_S, max(0.0, deadline.left_s())))
        self.console.check_size()
        return self._popen.poll() is not None

    def stop(self) -> None:
        """End virtme-ng and all it has started; may be called twice."""
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_KILL_WAIT_S)

    def __enter__(self) -> "HostGuest":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _script(shared: Path, folder: Path) -> str:
    """What runs in the guest. Its words travel through files: virtme-ng's ports need udev."""
    inside, where = shlex.quote(str(shared)), shlex.quote(str(folder))
    return (
        f"cd {where}\n"
        f": > {inside}/begun\n"
        f"/bin/sh {inside}/command > {inside}/output 2> {inside}/errors < /dev/null\n"
        f"echo $? > {inside}/status\n"
        "sync\n"
    )


def _vng() -> Path:
    """Where pip has put it: beside the interpreter, which need not be in PATH."""
    program = Path(sys.executable).parent / "vng"
    if not program.is_file():
        raise MissingToolError(
            f"there is no virtme-ng at {program}", remedy="pip install virtme-ng"
        )
    return program

"""QEMU as a child process: started, watched, always reaped.

Knows nothing of guests. Every process that lives is in a register, so that Ctrl-C, SIGTERM and
an exception in any thread can end them all.
"""

import contextlib
import logging
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from harness.values.deadline import Deadline
from harness.values.errors import BootError, GuestError, MissingToolError

_log = logging.getLogger(__name__)

_KILL_WAIT_S = 10.0
_STDERR_LIMIT = 16 * 1024

_SWITCHES = re.compile(r"^(?:non)?voluntary_ctxt_switches:\s*(\d+)$", re.MULTILINE)

# qemu_kill_report() in QEMU's softmmu/runstate.c.
_TERMINATED = re.compile(r"terminating on signal (\d+)")

_living: set["QemuProcess"] = set()
_living_lock = threading.Lock()


class QemuProcess:
    """A running QEMU in a session of its own, so that the terminal's Ctrl-C is ours to handle."""

    def __init__(self, popen: "subprocess.Popen[bytes]", log: Path) -> None:
        self._popen = popen
        self._log = log
        self._seen_stopped = False

    @classmethod
    def start(cls, argv: tuple[str, ...], fds: tuple[int, ...], log: Path) -> "QemuProcess":
        """Start `argv` with `fds` inherited and its stderr in the file `log`.

        setpriv makes the kernel kill QEMU if we are killed ourselves (PR_SET_PDEATHSIG).
        Raises MissingToolError if a binary is not there, BootError if it cannot be started.
        """
        command = ("setpriv", "--pdeathsig", "KILL", "--", *argv)
        try:
            with log.open("wb") as stderr, _living_lock:
                popen = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    pass_fds=fds,
                    start_new_session=True,
                )
                process = cls(popen, log)
                _living.add(process)
        except FileNotFoundError as error:
            raise MissingToolError(
                f"cannot start QEMU: {error.filename} is missing",
                remedy="bpf-harness doctor prints the command that installs it",
            ) from error
        except OSError as error:
            raise BootError(f"cannot start {argv[0]}: {error}") from error
        return process

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._popen.poll()

    @property
    def is_stopped(self) -> bool:
        """Whether a signal keeps it from running: proc_pid_stat(5), the state T.

        Once seen so it counts as stopped: its guest was given up, whoever continues it later.
        """
        if not self._seen_stopped:
            try:
                text = Path(f"/proc/{self.pid}/stat").read_text()
            except OSError:
                return False
            self._seen_stopped = text.rpartition(")")[2].split()[0] in ("T", "t")
        return self._seen_stopped

    @property
    def was_struck(self) -> bool:
        """Whether somebody ended it or keeps it from running."""
        return self.is_stopped if self.exit_status is None else self.ending_signal is not None

    @property
    def ending_signal(self) -> int | None:
        """With which somebody ended it; SIGABRT is its own doing.

        After SIGHUP, SIGINT and SIGTERM it ends with status 0, as if the guest had wanted it.
        """
        status = self.exit_status
        if status == 0:
            found = _TERMINATED.findall(self.stderr_tail())
            return int(found[-1]) if found else None
        # Before QEMU has begun to handle it, SIGTERM ends it like any program.
        struck = (-signal.SIGKILL, -signal.SIGTERM)
        return -status if status is not None and status in struck else None

    def type(self, keys: bytes) -> None:
        """Write to its standard input; raises GuestError if it takes nothing."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(keys)
            self._popen.stdin.flush()
        except OSError as error:
            raise GuestError(f"QEMU does not read its standard input: {error}") from error

    def wait(self, timeout_s: float) -> int | None:
        """The exit status, or None if it still runs after that long."""
        try:
            return self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def wait_until_idle(self, seconds: float, deadline: Deadline) -> None:
        """Until none of its threads has run for that long, or the deadline has passed."""
        switches = -1
        while switches != (switches := self._switches()) and not deadline.expired:
            time.sleep(seconds)

    def _switches(self) -> int:
        """How often its threads were switched to: proc_pid_status(5)."""
        count = 0
        for status in Path(f"/proc/{self.pid}/task").glob("*/status"):
            with contextlib.suppress(OSError):
                text = status.read_text()
                count += sum(int(number) for number in _SWITCHES.findall(text))
        return count

    def kill(self) -> None:
        """End it at once and reap it; may be called twice and from any thread."""
        self._popen.kill()
        try:
            self._popen.wait(_KILL_WAIT_S)
        except subprocess.TimeoutExpired:
            # Stuck in the host's kernel; it stays in the register, and the others are ended.
            _log.warning("QEMU (pid %d) does not die", self.pid)
            return
        self._close_input()
        with _living_lock:
            _living.discard(self)

    def _close_input(self) -> None:
        assert self._popen.stdin is not None
        with contextlib.suppress(OSError):
            self._popen.stdin.close()

    def stderr_tail(self) -> str:
        """The last of what QEMU itself printed."""
        try:
            data = self._log.read_bytes()
        except OSError:
            return ""
        return data[-_STDERR_LIMIT:].decode("utf-8", "replace").strip()


def living_processes() -> tuple[QemuProcess, ...]:
    """The processes that are not reaped yet."""
    with _living_lock:
        return tuple(_living)


def kill_all() -> None:
    """End every living process; the threads that use them see their channels close."""
    for process in living_processes():
        process.kill()

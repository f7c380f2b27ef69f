"""Running programs of this machine. The one seam that tests of everything above replace."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.values.errors import InfrastructureError, MissingToolError

# depmod and modprobe lie where only root's PATH leads.
SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))

# What make needs to stop its compilers and to tidy up.
_END_S = 10.0

# apt's own space check, and what the C library says for ENOSPC and EDQUOT.
_DISK_FULL = ("No space left on device", "enough free space", "Disk quota exceeded")


@dataclass(frozen=True, slots=True)
class Completed:
    """One finished program and everything it said."""

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.status == 0

    @property
    def disk_full(self) -> bool:
        return not self.ok and any(words in self.stdout + self.stderr for words in _DISK_FULL)

    def last_words(self, *, lines: int = 8) -> str:
        """The end of what it said, for an error message."""
        said = (self.stdout + self.stderr).strip().splitlines()
        return "\n".join(f"    {line}" for line in said[-lines:]) or "    (it said nothing)"


class Runner(Protocol):
    """Runs one program to its end and returns what it said; a fake in tests."""

    def __call__(self, argv: Sequence[str], *, cwd: Path | None = None) -> Completed: ...


def run_command(argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
    """The real Runner: no standard input, messages in English so that they can be parsed."""
    return _run(tuple(argv), cwd, None)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a program may take that works on input which nobody has checked."""

    seconds: float
    memory: int
    """Bytes of address space."""

    file_size: int
    """Bytes of each file it writes."""


def bounded(bounds: Bounds) -> Runner:
    """A Runner that ends programs which take too long; what was said until then is returned.

    prlimit sets the other bounds: they reach the program only, and from any thread.
    """
    prefix = ("prlimit", f"--as={bounds.memory}", f"--fsize={bounds.file_size}", "--")

    def run(argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
        return _run((*prefix, *argv), cwd, bounds.seconds)

    return run


def _run(argv: tuple[str, ...], cwd: Path | None, limit_s: float | None) -> Completed:
    process = _start(argv, cwd)
    try:
        stdout, stderr = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        _end_group(process)
        stdout, stderr = process.communicate()
        said = _text(stderr) + f"ended after {limit_s:g} s\n"
        return Completed(argv, -signal.SIGKILL, _text(stdout), said)
    except BaseException:
        _end_group(process)
        process.communicate()
        raise
    return Completed(argv, process.returncode, _text(stdout), _text(stderr))


def _start(argv: tuple[str, ...], cwd: Path | None) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=os.environ | {"LC_ALL": "C.UTF-8", "LANGUAGE": "C", "PATH": SEARCH_PATH},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except FileNotFoundError as error:
        raise MissingToolError(
            f"{argv[0]}: no such program on this machine",
            remedy="run `bpf-harness doctor` to see which package holds it",
        ) from error


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End the program and all that it has started.

    It is asked first: make then removes what it had half written, which the next make would take
    for whole.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
        os.killpg(process.pid, signal.SIGKILL)


def _text(said: bytes | None) -> str:
    return (said or b"").decode("utf-8", "replace").replace("\r\n", "\n")


def find_program(name: str) -> str | None:
    """Where the program lies; None if it is not on this machine."""
    return shutil.which(name, path=SEARCH_PATH)


def disk_full_error(folder: Path) -> InfrastructureError:
    """What to raise when a file in `folder` could not be written for lack of space."""
    return InfrastructureError(
        f"no space left on the disk that holds {folder}; nothing half-written was kept",
        remedy=f"free some space there (try `du -sh {folder}`), or point XDG_CACHE_HOME elsewhere",
    )


def require_ok(done: Completed, doing: str, folder: Path) -> Completed:
    """`done` itself if it went well; otherwise the error that says what was being done."""
    if done.ok:
        return done
    if done.disk_full:
        raise disk_full_error(folder)
    raise InfrastructureError(
        f"{doing} failed: `{' '.join(done.argv)}` ended with status {done.status}\n"
        f"{done.last_words()}"
    )

"""Runs `bpf-harness check` in a process of its own, on the program in QEMU's place.

Only what needs a network or a kernel is replaced: the target. `python -m tests.check_command
check ARGUMENTS…` is what the tests start.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.boot.command import Hardware
from harness.cli import check
from harness.cli.main import main
from harness.kernels.resolve import DEFAULT_KERNEL
from harness.runner.target import Target
from harness.values.accel import Accel, AccelChoice
from harness.values.arch import Arch
from harness.values.errors import DownloadError, MissingToolError, NoPackageError
from tests import fake_qemu
from tests.fake_guests import TARGET

_ROOT = Path(__file__).resolve().parent.parent
_LIMIT_S = 30.0


def _target(arch: Arch, kernel: str, choice: AccelChoice, *, cpu_model: str | None) -> Target:
    """The only target there is, for the kernel of a single-target run; others by their number."""
    del choice
    if kernel == DEFAULT_KERNEL:
        return replace(TARGET, kernel=replace(TARGET.kernel, arch=arch))
    if kernel == "debian:6.99":
        raise NoPackageError(f"no such kernel for {arch}", ("6.12",), remedy="take 6.12")
    if kernel == "debian:6.98":
        raise DownloadError("the archive did not answer", remedy="try again")
    if kernel == "debian:6.97":
        end = time.monotonic() + _LIMIT_S
        # In short pieces: a signal that comes just before a sleep does not cut it short.
        while time.monotonic() < end:
            time.sleep(0.05)
    # 6.12.1 is what the default kernel is, too.
    release, digest = f"{kernel.removeprefix('debian:')}-fake", kernel[-1] * 64
    if kernel == "debian:6.12.1":
        digest = TARGET.kernel.digest
    found = replace(TARGET.kernel, arch=arch, release=release, source=kernel, digest=digest)
    return replace(TARGET, kernel=found, hardware=Hardware(Accel.TCG, cpu_model=cpu_model))


def _programs(arch: Arch) -> str:
    """This machine lacks the QEMU that FAKE_MISSING names."""
    if arch.name == os.environ.get("FAKE_MISSING"):
        raise MissingToolError(f"no {arch.qemu} on this machine", remedy="install it")
    return "7.2.0"


def _no_compiler(source: Path) -> bytes:
    return source.read_bytes()


@dataclass(frozen=True)
class Ended:
    """What became of a command."""

    status: int
    stdout: str
    stderr: str


class Command:
    """One command under way."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self.process = process
        self._folder = folder

    def wait_for(self, name: str) -> None:
        """Until a file of that name is somewhere in the test's folder."""
        end = time.monotonic() + _LIMIT_S
        while not any(self._folder.rglob(name)):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, f"no {name} appeared"
            time.sleep(0.01)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> Ended:
        stdout, stderr = self.process.communicate(timeout=_LIMIT_S)
        return Ended(self.process.returncode, stdout, stderr)


@contextmanager
def start(
    folder: Path, behaviour: str, *arguments: str, within: tuple[str, ...] = ()
) -> Iterator[Command]:
    """`bpf-harness check ARGUMENTS…` in `folder`, on a QEMU that behaves so.

    `within` is a command that runs the one after it.
    """
    programs = fake_qemu.install(folder / "programs")
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(_ROOT),
        "FAKE_QEMU": behaviour,
        "TMPDIR": str(folder),
    }
    process = subprocess.Popen(
        (*within, sys.executable, "-m", "tests.check_command", "check", "--cold", *arguments),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Command(process, folder)
    finally:
        process.kill()
        process.communicate()


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes that name the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if entry.name.isdigit() and str(folder) in line:
            found.append(line.replace("\0", " "))
    return found


if __name__ == "__main__":
    vars(check).update(
        prepare_target=_target,
        case_compiler=lambda arch: _no_compiler,
        require_programs=_programs,
    )
    sys.exit(main())

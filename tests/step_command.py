"""Runs `bpf-harness bisect-step` and `bisect` in a process of its own, without network or kernels.

Only the target is replaced: a program in QEMU's place, and kernels by what their names say.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness.cli import bisect, inquiry
from harness.cli.main import main
from harness.kernels.resolve import KernelStore
from harness.runner.target import Target
from harness.values.accel import AccelChoice
from harness.values.arch import Arch
from harness.values.errors import BootError, DownloadError, KernelError, MissingToolError
from tests import fake_qemu
from tests.check_command import Command, Ended
from tests.fake_guests import TARGET
from tests.fake_machine import fake_apt, fake_archive

ROOT = Path(__file__).resolve().parent.parent

_ERRORS = {
    "no-build": KernelError("the tree does not build: tnum.c:18: expected ';'"),
    "no-package": DownloadError("404 Not Found", remedy="try again"),
    "no-boot": BootError("QEMU did not start"),
    "no-qemu": MissingToolError("qemu-system-x86: not installed", remedy="install it"),
    "os-error": OSError("Input/output error"),
    "mistake": ZeroDivisionError("division by zero"),
    "interrupt": KeyboardInterrupt(),
}


def _target(arch: Arch, kernel: str, choice: AccelChoice, *, cpu_model: str | None) -> Target:
    """A kernel that cannot be had for the reason its name gives, or one that can.

    Scenarios see its name in KERNEL_UNDER_TEST; those listed in GONE have no package any more.
    """
    del choice, cpu_model
    if kernel in os.environ.get("GONE", "").split():
        raise _ERRORS["no-package"]
    if kernel in _ERRORS:
        raise _ERRORS[kernel]
    os.environ["KERNEL_UNDER_TEST"] = kernel
    return replace(TARGET, kernel=replace(TARGET.kernel, arch=arch, source=kernel))


def _store() -> KernelStore:
    """The archive as it was recorded."""
    archive = fake_archive(Path.cwd(), fake_apt())
    return KernelStore(Path("kernels").resolve(), archive)


@contextmanager
def start(
    folder: Path,
    behaviour: str,
    *arguments: str,
    stdout: int = subprocess.PIPE,
    gone: str = "",
) -> Iterator[Command]:
    """`bpf-harness ARGUMENTS…` in `folder`, on a QEMU that behaves so."""
    programs = fake_qemu.install(folder / "programs")
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "FAKE_QEMU": behaviour,
        "TMPDIR": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "GONE": gone,
    }
    process = subprocess.Popen(
        (sys.executable, "-m", "tests.step_command", *arguments),
        cwd=folder,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Command(process, folder)
    finally:
        process.kill()
        process.communicate()


def run_step(folder: Path, *arguments: str, behaviour: str = "serve") -> Ended:
    """The end of one step."""
    with start(folder, behaviour, "bisect-step", *arguments) as command:
        return command.end()


if __name__ == "__main__":
    vars(inquiry).update(
        prepare_target=_target, case_compiler=lambda arch: lambda source: source.read_bytes()
    )
    vars(bisect).update(KernelStore=_store)
    sys.exit(main())

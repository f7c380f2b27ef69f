"""`bpf-harness run` of a trivial filter as its user sees it: the process, from start to exit."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness.bench.row import Row
from harness.runner.target import Target, TargetName
from harness.values.accel import Accel
from harness.values.errors import InfrastructureError

_SOURCE = Path(__file__).resolve().parents[2] / "guest_images" / "bench" / "trivial.bpf.c"

# Long enough for a kernel with all its modules, from boot to power off, without KVM.
_VNG_S = 180.0
_VNG_DONE = b"script exited with code 0"


def measure_run(target: Target, name: TargetName, times: int) -> list[Row]:
    """Restored guests, after one run that leaves what all others find in the cache."""
    argv = (
        *(sys.executable, "-m", "harness", "run", str(_SOURCE), "--trigger", "true"),
        *("--arch", name.arch.name, "--kernel", name.kernel),
        *("--accel", target.hardware.accel.value),
    )
    _time(argv)
    seconds = [_time(argv) for _ in range(times)]
    median = statistics.median(seconds)
    where = f"{target.kernel.release} on {target.arch}"
    detail = f"{min(seconds):.2f} to {max(seconds):.2f} s in {times} runs"
    return [
        Row(f"run of a trivial filter, restored, {where}", f"{median:.2f} s", "≤ 0.8 s", detail),
        _against_vng(target, median, where),
    ]


def _time(argv: tuple[str, ...]) -> float:
    start = time.monotonic()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-500:]
        raise InfrastructureError(f"`{argv[3]}` ended with status {done.returncode}: {said}")
    return seconds


def _against_vng(target: Target, ours_s: float, where: str) -> Row:
    """virtme-ng needs a kernel that can mount the host's files, which cloud kernels cannot."""
    what = f"the same ÷ vng --run … --exec true, {where}"
    try:
        vng_s = _time_vng(target)
    except (InfrastructureError, subprocess.TimeoutExpired) as error:
        return Row(what, "-", "< 1", f"vng did not run it: {_last_line(error)}")
    return Row(what, f"{ours_s / vng_s:.2f}", "< 1", f"{ours_s:.2f} s ÷ {vng_s:.1f} s")


def _time_vng(target: Target) -> float:
    # Where pip has put it: beside the interpreter, which need not be in PATH.
    folder = Path(sys.executable).parent
    disable = ("--disable-kvm",) if target.hardware.accel is not Accel.KVM else ()
    words = ("--verbose", "--run", str(target.kernel.image), "--exec", "true")
    start = time.monotonic()
    done = subprocess.run(
        (str(folder / "vng"), *disable, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=_VNG_S,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
    )
    seconds = time.monotonic() - start
    # Its status is 255 whenever its output is no terminal.
    if _VNG_DONE not in done.stdout:
        raise InfrastructureError(done.stdout.decode("utf-8", "replace").strip() or "no output")
    return seconds


def _last_line(error: Exception) -> str:
    return str(error).splitlines()[-1][-120:]

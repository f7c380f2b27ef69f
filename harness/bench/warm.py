"""Restored guests: how soon one answers, and how many trials a second get one of their own."""

import os
import statistics
import tempfile
import time
from pathlib import Path

from harness.bench.guests import time_check
from harness.bench.row import Row
from harness.runner.target import Target, TargetName
from harness.values.accel import AccelChoice
from harness.values.deadline import Deadline
from harness.vm.snapshots import Snapshots
from harness.vm.vm import Vm

_BOOT_S = 120.0

# Short trials, so that what is measured is the guests and not the work in them.
_CASES = ("verifier/null_checks.bpf.c", "verifier/value_bounds.bpf.c")


def measure_warm(target: Target, name: TargetName, folder: Path, starts: int) -> list[Row]:
    """One boot and `starts` restores of what it left; then a check with a guest for each trial."""
    snapshots = Snapshots(Path(tempfile.mkdtemp(dir=folder)))
    booted_s = _time_start(target, folder, snapshots)
    restored_s = [_time_start(target, folder, snapshots) for _ in range(starts)]
    where = f"{target.kernel.release} on {target.arch}"
    range_s = f"{min(restored_s):.2f} to {max(restored_s):.2f} s"
    detail = f"{range_s} in {starts} starts, booted in {booted_s:.1f} s"
    restored = statistics.median(restored_s)
    return [
        Row(f"start to hello, restored, {where}", f"{restored:.2f} s", "≤ 0.25 s", detail),
        _rate(name, AccelChoice.parse(target.hardware.accel.value), folder, where),
    ]


def measure_suite(target: Target, name: TargetName, folder: Path) -> list[Row]:
    """`check` of all cases in all modes, with as many guests as the machine has cores."""
    accel = AccelChoice.parse(target.hardware.accel.value)
    guests = os.cpu_count() or 1
    # The first leaves a saved state, compiled filters and what was found out about the kernel.
    _, run = (time_check((name,), accel, folder, guests=guests, cases=("",)) for _ in range(2))
    where = f"{target.kernel.release} on {target.arch}"
    detail = f"{run.trials} trials, {guests} guests, {run.trials / run.seconds:.0f} trials/s"
    return [Row(f"check of all cases, restored, {where}", f"{run.seconds:.1f} s", "≤ 30 s", detail)]


def _time_start(target: Target, parent: Path, snapshots: Snapshots) -> float:
    plan = target.plan(Path(tempfile.mkdtemp(dir=parent)))
    start = time.monotonic()
    with Vm.start(plan, Deadline.after(_BOOT_S), snapshots):
        return time.monotonic() - start


def _rate(name: TargetName, accel: AccelChoice, folder: Path, where: str) -> Row:
    """The process's start and end included; the first run leaves a saved state for the second."""
    runs = [
        time_check((name,), accel, folder, guests=1, cases=_CASES, extra=("--isolate", "case"))
        for _ in range(2)
    ]
    run = runs[-1]
    return Row(
        f"trials/s, each in a guest of its own, {where}",
        f"{run.trials / run.seconds:.1f}",
        "≥ 3, x86_64 ≥ 5",
        f"{run.trials} trials in {run.seconds:.1f} s",
    )

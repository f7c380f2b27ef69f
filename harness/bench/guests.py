"""Wall time of `check` on many targets, with one guest at a time and with two.

The command itself is run, from start to exit, on targets that are ready.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.bench.row import Row
from harness.reports.directory import ReportDirectory
from harness.reports.jsonl import read_results
from harness.runner.target import TargetName
from harness.values.accel import AccelChoice
from harness.values.errors import InfrastructureError

_CASES = Path(__file__).resolve().parents[2] / "cases"

# Arithmetic, atomics, calls, packets and tables in three modes: long enough that starting the
# process and its guests does not count.
SELECTION = ("compute", "tables")

# Guests at a time, run after run.
_TURNS = (1, 2, 2, 1)

# The command's statuses that mean that every trial has a verdict.
_CAME_TO_THE_END = (0, 1)


@dataclass(frozen=True, slots=True)
class Timed:
    """What one run of `check` took."""

    seconds: float
    trials: int


def measure_guests(names: Sequence[TargetName], accel: AccelChoice, folder: Path) -> list[Row]:
    """The same trials four times: a machine that slows down steadily slows both alike."""
    runs = [(guests, time_check(names, accel, folder, guests=guests)) for guests in _TURNS]
    trials = {run.trials for _, run in runs}
    if len(trials) > 1:
        raise InfrastructureError(
            f"the same cases gave {sorted(trials)} verdicts: those runs cannot be compared"
        )
    one, two = (
        sum(run.seconds for guests, run in runs if guests == wanted) / 2 for wanted in (1, 2)
    )
    detail = (
        f"{one:.1f} s ÷ {two:.1f} s, {trials.pop()} trials on {len(names)} targets, 2 runs each"
    )
    return [Row("check with one guest ÷ with two", f"{one / two:.2f}", "≥ 1.6", detail)]


def check_argv(
    names: Sequence[TargetName],
    accel: AccelChoice,
    report: Path,
    guests: int,
    cases: Sequence[str] = SELECTION,
) -> tuple[str, ...]:
    """The command that runs the cases on all combinations of what the targets are made of."""
    words: dict[tuple[str, str], None] = {}
    for name in names:
        words[("--arch", name.arch.name)] = None
        words[("--kernel", name.kernel)] = None
        if name.cpu_model is not None:
            words[("--cpu", name.cpu_model)] = None
    return (
        *(sys.executable, "-m", "harness", "check"),
        *(str(_CASES / name) for name in cases),
        *(word for pair in words for word in pair),
        *("--accel", accel.value, "--report-dir", str(report), "-j", str(guests)),
    )


def time_check(
    names: Sequence[TargetName],
    accel: AccelChoice,
    folder: Path,
    *,
    guests: int,
    cases: Sequence[str] = SELECTION,
    extra: Sequence[str] = (),
) -> Timed:
    """Runs the command; raises InfrastructureError if not every trial got a verdict."""
    report = Path(tempfile.mkdtemp(dir=folder))
    argv = (*check_argv(names, accel, report, guests, cases), *extra)
    start = time.monotonic()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode not in _CAME_TO_THE_END:
        said = done.stderr.decode("utf-8", "replace").strip()[-500:]
        raise InfrastructureError(
            f"`check` with {guests} guests ended with status {done.returncode}: {said}"
        )
    results = read_results(ReportDirectory(report).results)
    return Timed(seconds, sum(record.final for record in results.records))

"""What one trial costs on the host: time and memory of the runner with an agent that is free."""

import resource
import statistics
import time
from pathlib import Path
from typing import Any

from harness.bench.one_guest import OneGuest
from harness.bench.rate import rate_case
from harness.bench.row import Row
from harness.guest.guest import Guest
from harness.runner.batch import BatchRunner
from harness.runner.pool import Lent
from harness.runner.target import Target
from harness.values.mode import Mode
from harness.values.record import Record
from harness.vm.fake import FakeVm

# Caches fill and the allocator settles in the first trials.
_WARM_UP = 500


def measure_host(target: Target, folder: Path, trials: int) -> list[Row]:
    """Median of the trials' time, and growth of the process after the warm-up."""
    case = rate_case(target)
    console = folder / "fake-console.log"
    vm = FakeVm(console, {"load": _load, "run": _run})
    durations: list[float] = []

    def take(record: Record) -> None:
        if record.verdict.outcome.badness:
            raise RuntimeError(f"the fake trial did not pass: {record.verdict.reason}")

    guest = Guest(vm)
    batches = BatchRunner(target, OneGuest(Lent("guest-1", guest, guest.health())), take)
    grown_kib = 0
    for number in range(_WARM_UP + trials):
        if number == _WARM_UP:
            grown_kib = _resident_kib()
            durations.clear()
        start = time.process_time()
        batches.run((case,), (Mode.JIT,))
        durations.append(time.process_time() - start)
        vm.channel.requests.clear()
    grown_kib = _resident_kib() - grown_kib
    per_trial = statistics.median(durations) * 1000
    return [
        Row("host time per trial", f"{per_trial:.2f} ms", "≤ 1 ms", f"median of {trials}"),
        Row("host memory growth", f"{grown_kib} KiB", "flat", f"over {trials} trials"),
    ]


def _resident_kib() -> int:
    """Resident memory now; ru_maxrss would only ever grow."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def _load(request: dict[str, Any]) -> dict[str, Any]:
    program = {
        "name": "rate",
        "section": "socket",
        "errno": 0,
        "log": b"processed 42 insns (limit 1000000) max_states_per_insn 0 total_states 0 "
        b"peak_states 0 mark_read 0\n",
        "log_truncated": False,
        "jited_size": 100,
        "xlated_size": 336,
        "verified_insns": 42,
        "tag": bytes(8),
        "places": [],
        "lengths": [],
    }
    return {"errno": 0, "message": b"", "programs": [program], "tables": []}


def _run(request: dict[str, Any]) -> dict[str, Any]:
    return {"errno": 0, "retval": 0, "data_out": bytes(64), "ctx_out": b"", "duration_ns": 1}

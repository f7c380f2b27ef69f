"""What one trial costs on the host: time and memory of the runner with an agent that is free."""

import resource
import statistics
import time
from pathlib import Path
from typing import Any

from harness.bench.row import Row
from harness.formats.annotations import read_expectations
from harness.formats.object_file import read_object
from harness.guest.guest import Guest
from harness.runner.batch import BatchRunner
from harness.runner.filter_case import FilterCase
from harness.runner.loadable import Loadable
from harness.runner.pool import Lent
from harness.runner.target import Target
from harness.toolchain.case_compiler import case_compiler
from harness.values.case import CaseId
from harness.values.mode import Mode
from harness.values.record import Record
from harness.vm.fake import FakeVm

_SOURCE = Path(__file__).resolve().parents[2] / "guest_images" / "bench" / "rate.bpf.c"

# Caches fill and the allocator settles in the first trials.
_WARM_UP = 500


class _OneGuest:
    """Guests of which there is one, on a fake VM."""

    def __init__(self, guest: Guest) -> None:
        self._lent = Lent("guest-1", guest, guest.health())

    def take(self, *, fresh: bool = False) -> Lent:
        return self._lent

    def give_back(self, lent: Lent) -> None:
        """It stays."""

    def discard(self, lent: Lent) -> None:
        raise RuntimeError("the fake guest was harmed")


def measure_host(target: Target, folder: Path, trials: int) -> list[Row]:
    """Median of the trials' time, and growth of the process after the warm-up."""
    case = _case(target)
    console = folder / "fake-console.log"
    vm = FakeVm(console, {"load": _load, "run": _run})
    durations: list[float] = []

    def take(record: Record) -> None:
        if record.verdict.outcome.badness:
            raise RuntimeError(f"the fake trial did not pass: {record.verdict.reason}")

    batches = BatchRunner(target, _OneGuest(Guest(vm)), take)
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


def _case(target: Target) -> FilterCase:
    data = case_compiler(target.arch)(_SOURCE)
    obj = read_object(data)
    spec = obj.filters[0]
    expectation = read_expectations(obj)[spec.name]
    return FilterCase(Loadable(CaseId("rate.bpf.c", spec.name), data, obj, spec, expectation))


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
    }
    return {"errno": 0, "message": b"", "programs": [program], "tables": []}


def _run(request: dict[str, Any]) -> dict[str, Any]:
    return {"errno": 0, "retval": 0, "data_out": bytes(64), "ctx_out": b"", "duration_ns": 1}

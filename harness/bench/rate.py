"""Load + run per second through the harness ÷ the same loop in C inside the guest."""

import statistics
import tempfile
import time
from collections import deque
from pathlib import Path

from harness.bench.one_guest import OneGuest
from harness.bench.row import Row
from harness.formats.annotations import read_expectations
from harness.formats.object_file import read_object
from harness.guest.filters import Filter, LoadOptions
from harness.guest.guest import Guest
from harness.guest.later import Later
from harness.guest.tables import Ref
from harness.runner.batch import BatchRunner
from harness.runner.filter_case import FilterCase
from harness.runner.loadable import Loadable
from harness.runner.pool import Lent
from harness.runner.target import Target
from harness.runner.tested import Tested
from harness.toolchain.case_compiler import case_compiler
from harness.values.case import CaseId
from harness.values.deadline import Deadline
from harness.values.errors import GuestError
from harness.values.mode import Mode
from harness.values.observation import LoadObservation, RunObservation
from harness.values.record import Record
from harness.values.verdict import Outcome

_SOURCE = Path(__file__).resolve().parents[2] / "guest_images" / "bench" / "rate.bpf.c"
_PROGRAM = "rate"
_PACKET = bytes(64)
_COUNT = 300
_ROUNDS = 5

# As many loads under way as keep the guest busy while the host reads replies.
_WINDOW = 16


def measure_rate(target: Target, folder: Path) -> list[Row]:
    """All loops in turn on one guest, a few rounds."""
    case = rate_case(target)
    data = case.loadable.data
    plan = target.plan(Path(tempfile.mkdtemp(dir=folder)))
    theirs, ours, trials = [], [], []
    with Guest.start(plan, Deadline.after(120)) as guest:
        lent = Lent("guest-1", guest, guest.health())
        for _ in range(_ROUNDS):
            theirs.append(_rate_in_guest(guest, data))
            ours.append(_rate_through_harness(guest, data))
            trials.append(rate_of_trials(target, lent, case))
    return [
        _row("load + run, harness ÷ C loop in the guest", "≥ 0.6", ours, theirs),
        _row("trials, verdicts included ÷ C loop in the guest", "≥ 0.85", trials, theirs),
    ]


def rate_case(target: Target) -> FilterCase:
    """The filter that is loaded and run again and again, as a case."""
    data = case_compiler(target.arch)(_SOURCE)
    obj = read_object(data)
    spec = obj.filters[0]
    expectation = read_expectations(obj)[spec.name]
    return FilterCase(Loadable(CaseId("rate.bpf.c", spec.name), data, obj, spec, expectation))


def _row(what: str, bar: str, ours: list[float], theirs: list[float]) -> Row:
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    detail = f"{statistics.median(ours):.0f}/s ÷ {statistics.median(theirs):.0f}/s"
    return Row(what, f"{ratio:.2f}", bar, detail)


def rate_of_trials(target: Tested, lent: Lent, case: FilterCase) -> float:
    """As `check` makes them: evidence on the guest and a judged record for each."""
    records: list[Record] = []
    batches = BatchRunner(target, OneGuest(lent), records.append)
    start = time.monotonic()
    batches.run((case,) * _COUNT, (Mode.JIT,))
    seconds = time.monotonic() - start
    if bad := [record for record in records if record.verdict.outcome is not Outcome.PASSED]:
        raise GuestError(f"a trial did not pass: {bad[0].verdict.reason}")
    return len(records) / seconds


def _rate_in_guest(guest: Guest, data: bytes) -> float:
    arguments: dict[str, object] = {
        "blob": guest.keep(data),
        "program": _PROGRAM,
        "count": _COUNT,
        "data_in": _PACKET,
    }
    reply = guest.connection.submit("loop", lambda reply: reply, arguments).result()
    if errno := reply.integer("errno"):
        raise GuestError(f"the loop in the guest failed: errno {errno}")
    return reply.integer("done") / (reply.integer("duration_ns") / 1e9)


def _rate_through_harness(guest: Guest, data: bytes) -> float:
    guest.keep(data)
    under_way: deque[Later[RunObservation]] = deque()
    start = time.monotonic()
    for _ in range(_COUNT):
        handle, _load = guest.submit_load(data, LoadOptions(filters=(_PROGRAM,)))
        own = Filter(guest.connection, Ref(handle, _PROGRAM), "socket", LoadObservation(0, ""))
        under_way.append(own.submit_run(_PACKET))
        guest.connection.submit("close", lambda reply: None, {"handle": handle})
        if len(under_way) >= _WINDOW:
            _check(under_way.popleft())
    while under_way:
        _check(under_way.popleft())
    return _COUNT / (time.monotonic() - start)


def _check(later: Later[RunObservation]) -> None:
    """A rate of failures would be no rate."""
    run = later.result()
    if run.errno:
        raise GuestError(f"the test run failed: errno {run.errno}")

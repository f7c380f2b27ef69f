"""Load + run per second through the harness ÷ the same loop in C inside the guest."""

import statistics
import tempfile
import time
from collections import deque
from pathlib import Path

from harness.bench.row import Row
from harness.guest.filters import Filter, LoadOptions
from harness.guest.guest import Guest
from harness.guest.later import Later
from harness.guest.tables import Ref
from harness.runner.target import Target
from harness.toolchain.case_compiler import case_compiler
from harness.values.deadline import Deadline
from harness.values.errors import GuestError
from harness.values.observation import LoadObservation, RunObservation

_SOURCE = Path(__file__).resolve().parents[2] / "guest_images" / "bench" / "rate.bpf.c"
_PROGRAM = "rate"
_PACKET = bytes(64)
_COUNT = 300
_ROUNDS = 5

# As many loads under way as keep the guest busy while the host reads replies.
_WINDOW = 16


def measure_rate(target: Target, folder: Path) -> list[Row]:
    """Both loops in turn on one guest, a few rounds."""
    data = case_compiler(target.arch)(_SOURCE)
    plan = target.plan(Path(tempfile.mkdtemp(dir=folder)))
    ours, theirs = [], []
    with Guest.start(plan, Deadline.after(120)) as guest:
        for _ in range(_ROUNDS):
            theirs.append(_rate_in_guest(guest, data))
            ours.append(_rate_through_harness(guest, data))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    detail = f"{statistics.median(ours):.0f}/s ÷ {statistics.median(theirs):.0f}/s"
    return [Row("load + run, harness ÷ C loop in the guest", f"{ratio:.2f}", "≥ 0.6", detail)]


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

"""Records, trace lines and table entries that come to the host ÷ a reader of them in the guest.

Both sides do the same: a filter writes so much, what it wrote is read, and again. Nothing may be
lost: what came is counted, and fewer than were written are an error.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from harness.bench.row import Row
from harness.guest.filters import Filter, LoadedObject
from harness.guest.guest import Guest
from harness.guest.tables import Table
from harness.runner.target import Target
from harness.toolchain.case_compiler import case_compiler
from harness.values.deadline import Deadline
from harness.values.errors import GuestError

_SOURCE = Path(__file__).resolve().parents[2] / "guest_images" / "bench" / "streams.bpf.c"
_PACKET = bytes(64)
_TURNS = 5

# What a filter writes before it is read: less than the ring and the trace buffer hold.
_RECORDS, _RECORD_ROUNDS = 50_000, 4
_LINES, _LINE_ROUNDS = 5_000, 4
_ENTRIES = 1_000_000
_BATCH = 50_000
_WAIT_S = 60.0


def measure_streams(target: Target, folder: Path) -> list[Row]:
    """Here and there in turn on one guest, a few times."""
    data = case_compiler(target.arch)(_SOURCE)
    plan = target.plan(Path(tempfile.mkdtemp(dir=folder)))
    with Guest.start(plan, Deadline.after(120)) as guest:
        loaded = guest.load(data)
        if not loaded.loaded:
            raise GuestError(f"the filters of {_SOURCE.name} were refused: {loaded.message[-200:]}")
        records = _Records(guest, loaded)
        lines = _Lines(guest, loaded)
        # The trace buffer has its size from the first reader on.
        lines.here()
        rows = [
            _row(
                "ring-buffer records per second to the host", "≥ 0.25", records.here, records.there
            ),
            _row("trace lines per second to the host", "≥ 0.6", lines.here, lines.there),
        ]
        loaded.close()
        entries = _Entries(guest)
        dump = _row(
            f"dump of {_ENTRIES:,} entries to the host", "≥ 0.5", entries.here, entries.there
        )
        return [*rows, dump]


def _row(what: str, bar: str, here: Callable[[], float], there: Callable[[], float]) -> Row:
    """Rates, each against the one measured right after it."""
    pairs = [(here(), there()) for _ in range(_TURNS)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    detail = f"{ours:,.0f}/s ÷ {theirs:,.0f}/s"
    return Row(f"{what} ÷ a reader in the guest", f"{ratio:.2f}", bar, detail)


def _rate(guest: Guest, operation: str, wanted: int, arguments: dict[str, object]) -> float:
    """Of a loop of the agent's own."""
    reply = guest.connection.submit(operation, lambda reply: reply, arguments).result()
    done = reply.integer("done")
    if errno := reply.errno():
        raise GuestError(f"{operation} in the guest failed: errno {errno}")
    if done != wanted:
        raise GuestError(f"{operation} in the guest read {done} of {wanted}")
    return done / (reply.integer("duration_ns") / 1e9)


def _write(writer: Filter, times: int) -> None:
    run = writer.run(_PACKET, repeat=times)
    if run.errno or run.retval:
        raise GuestError(f"{writer.name} failed: errno {run.errno}, {run.retval}")


class _Records:
    def __init__(self, guest: Guest, loaded: LoadedObject) -> None:
        self._guest = guest
        self._ring: Table = loaded.tables["ring"]
        self._writer = loaded.filters["write_record"]

    def here(self) -> float:
        with self._guest.stream(self._ring) as stream:
            start = time.monotonic()
            for _ in range(_RECORD_ROUNDS):
                _write(self._writer, _RECORDS)
                _collect(lambda: len(stream.wait(1.0)), _RECORDS, "records")
            seconds = time.monotonic() - start
        return _RECORDS * _RECORD_ROUNDS / seconds

    def there(self) -> float:
        arguments: dict[str, object] = {
            "program": self._writer.ref.packed(),
            "table": self._ring.ref.packed(),
            "data_in": _PACKET,
            "repeat": _RECORDS,
            "rounds": _RECORD_ROUNDS,
        }
        return _rate(self._guest, "loop_records", _RECORDS * _RECORD_ROUNDS, arguments)


class _Lines:
    def __init__(self, guest: Guest, loaded: LoadedObject) -> None:
        self._guest = guest
        self._writer = loaded.filters["write_line"]

    def here(self) -> float:
        with self._guest.trace() as trace:
            start = time.monotonic()
            for _ in range(_LINE_ROUNDS):
                _write(self._writer, _LINES)
                _collect(lambda: len(trace.wait(1.0)), _LINES, "trace lines")
            seconds = time.monotonic() - start
        return _LINES * _LINE_ROUNDS / seconds

    def there(self) -> float:
        arguments: dict[str, object] = {
            "program": self._writer.ref.packed(),
            "data_in": _PACKET,
            "repeat": _LINES,
            "rounds": _LINE_ROUNDS,
        }
        # The filter ends its line itself, and so does the kernel.
        wanted = 2 * _LINES * _LINE_ROUNDS
        return _rate(self._guest, "loop_lines", wanted, arguments) / 2


class _Entries:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._table = guest.table("entries", entries=_ENTRIES, key_size=8, value_size=8)
        for start in range(0, _ENTRIES, _BATCH):
            numbers = range(start, start + _BATCH)
            words = [number.to_bytes(8, "little") for number in numbers]
            self._table.add_batch([(word, word) for word in words])

    def here(self) -> float:
        start = time.monotonic()
        held = self._table.dump()
        seconds = time.monotonic() - start
        if len(held) != _ENTRIES:
            raise GuestError(f"a dump gave {len(held)} of {_ENTRIES} entries")
        return len(held) / seconds

    def there(self) -> float:
        return _rate(self._guest, "loop_dump", _ENTRIES, {"table": self._table.ref.packed()})


def _collect(take: Callable[[], int], wanted: int, what: str) -> None:
    """Until that many have come; raises GuestError if they do not."""
    deadline = Deadline.after(_WAIT_S)
    came = 0
    while came < wanted:
        came += take()
        if deadline.expired:
            raise GuestError(f"{came} of {wanted} {what} came: the others are lost")

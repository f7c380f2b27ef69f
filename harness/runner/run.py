"""Deals cases out in batches to an executor and hands every record to a report as it comes.

The executor is whatever the caller gives: threads here, an engine over many machines elsewhere.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from itertools import islice

from harness.runner.ahead import GuestsAhead
from harness.runner.batch import BatchRunner, Isolation, Sink
from harness.runner.cases import Case
from harness.runner.pool import Pool
from harness.runner.tested import Tested
from harness.values.deadline import Deadline
from harness.values.mode import Mode
from harness.values.record import Record
from harness.vm.process import kill_all

# Small enough that two guests finish together, large enough that a batch shares its guest.
_BATCH = 8

# What a user of a guest needs to notice that it is gone, and how often late guests are looked for.
_END_S = 30.0
_LOOK_AGAIN_S = 0.2


class Run:
    """One run of cases, on one target or on many that share an executor.

    A `with` block: whatever ends it, Ctrl-C among them, every guest is ended before it is left.
    """

    def __init__(
        self, executor: Executor, sink: Sink, isolation: Isolation = Isolation.BATCH
    ) -> None:
        self._executor = executor
        self._sink = sink
        self._isolation = isolation
        self._lock = threading.Lock()
        self._stopped = False
        self._futures: list[Future[None]] = []
        self._pools: list[Pool] = []
        self._lanes: list[_Lane] = []

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def start(
        self, target: Tested, guests: Pool, cases: Sequence[Case], modes: tuple[Mode, ...]
    ) -> None:
        """Begin to run all cases in all modes, after what was started before.

        The pool is the run's from here on: it shrinks as the batches end, and is closed.
        """
        batches = list(_batches(cases))
        ahead = None
        if self._isolation is Isolation.CASE:
            ahead = GuestsAhead(guests, sum(mode in case.modes for case in cases for mode in modes))
        runner = BatchRunner(target, ahead or guests, self.record, self._isolation)
        lane = _Lane(runner, guests, ahead, len(batches))
        self._pools.append(guests)
        self._lanes.append(lane)
        for batch in batches:
            self._futures.append(self._executor.submit(lane.run, batch, modes))

    def record(self, record: Record) -> None:
        """Pass a record on, from any thread; none once the run was stopped."""
        with self._lock:
            # What a trial says after its guest was ended under it is not the kernel's doing.
            if not self._stopped:
                self._sink(record)

    def look(self) -> None:
        """Raise what a batch that has ended has raised."""
        for future in self._futures:
            if future.done():
                future.result()

    def wait(self, deadline: Deadline) -> bool:
        """Until all that was started has ended; False if the deadline came first."""
        pending = set(self._futures)
        while pending:
            # Short waits, so that a signal is handled between them on every platform.
            done, pending = wait(pending, timeout=min(0.5, deadline.left_s()))
            for future in done:
                future.result()
            if deadline.expired and pending:
                return False
        return True

    def _stop(self) -> None:
        """After this no record is taken any more and no guest runs."""
        with self._lock:
            self._stopped = True
        for future in self._futures:
            future.cancel()
        # A signal may have come when a batch had begun and its future was not yet in the list.
        busy = [lane for lane in self._lanes if lane.stop()]
        if busy:
            for pool in self._pools:
                pool.refuse()
            _end_guests(busy)
        for lane in self._lanes:
            lane.close()
        for pool in self._pools:
            pool.close()


class _Lane:
    """The batches of one target, and how many of them have not ended."""

    def __init__(
        self, batches: BatchRunner, guests: Pool, ahead: GuestsAhead | None, count: int
    ) -> None:
        self._batches = batches
        self._guests = guests
        self._ahead = ahead
        self._lock = threading.Lock()
        self._left = count
        self._running = 0
        self._stopped = False

    def run(self, cases: tuple[Case, ...], modes: tuple[Mode, ...]) -> None:
        with self._lock:
            if self._stopped:
                return
            self._running += 1
        try:
            self._batches.run(cases, modes)
        finally:
            with self._lock:
                self._left -= 1
                self._running -= 1
                left = self._left
            if not left:
                self.close()
            # A batch uses one guest at a time: what is more keeps memory from the next target.
            self._guests.keep(left)

    def stop(self) -> bool:
        """Begin no batch any more; whether one is running."""
        with self._lock:
            self._stopped = True
            return self._running > 0

    def close(self) -> None:
        """End the guest that was started for a trial that does not come."""
        if self._ahead is not None:
            self._ahead.close()


def _end_guests(busy: list[_Lane]) -> None:
    """Until their users have noticed; one may have been about to start when we looked."""
    deadline = Deadline.after(_END_S)
    while any(lane.stop() for lane in busy) and not deadline.expired:
        kill_all()
        time.sleep(_LOOK_AGAIN_S)


def _batches(cases: Sequence[Case]) -> Iterator[tuple[Case, ...]]:
    rest = iter(cases)
    while batch := tuple(islice(rest, _BATCH)):
        yield batch

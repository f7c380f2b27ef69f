"""Deals cases out in batches to an executor and hands every record to a report as it comes.

The executor is whatever the caller gives: threads here, an engine over many machines elsewhere.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from itertools import islice

from harness.runner.batch import BatchRunner, Isolation, Sink
from harness.runner.cases import Case
from harness.runner.pool import GuestPool
from harness.runner.target import Target
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
    """One run of cases on one target."""

    def __init__(
        self,
        target: Target,
        guests: GuestPool,
        sink: Sink,
        isolation: Isolation = Isolation.BATCH,
    ) -> None:
        self._guests = guests
        self._sink = sink
        self._lock = threading.Lock()
        self._stopped = False
        self._batches = BatchRunner(target, guests, self._record, isolation)

    def execute(
        self,
        cases: Sequence[Case],
        modes: tuple[Mode, ...],
        executor: Executor,
        deadline: Deadline,
    ) -> bool:
        """Run all cases in all modes; False if the deadline came first.

        On any exception, Ctrl-C among them, every guest is ended before it goes on its way.
        """
        futures = [executor.submit(self._batches.run, batch, modes) for batch in _batches(cases)]
        try:
            return self._wait(futures, deadline)
        finally:
            self._stop(futures)

    def _wait(self, futures: list[Future[None]], deadline: Deadline) -> bool:
        pending = set(futures)
        while pending:
            # Short waits, so that a signal is handled between them on every platform.
            done, pending = wait(pending, timeout=min(0.5, deadline.left_s()))
            for future in done:
                future.result()
            if deadline.expired and pending:
                return False
        return True

    def _stop(self, futures: list[Future[None]]) -> None:
        """After this no record is taken any more and no guest runs."""
        with self._lock:
            self._stopped = True
        unfinished = [future for future in futures if not future.cancel() and not future.done()]
        if unfinished:
            self._guests.refuse()
            _end_guests(unfinished)
        self._guests.close()

    def _record(self, record: Record) -> None:
        with self._lock:
            # What a trial says after its guest was ended under it is not the kernel's doing.
            if not self._stopped:
                self._sink(record)


def _end_guests(unfinished: list[Future[None]]) -> None:
    """Until their users have noticed; one may have been about to start when we looked."""
    deadline = Deadline.after(_END_S)
    while unfinished and not deadline.expired:
        kill_all()
        unfinished = list(wait(unfinished, timeout=_LOOK_AGAIN_S).not_done)


def _batches(cases: Sequence[Case]) -> Iterator[tuple[Case, ...]]:
    rest = iter(cases)
    while batch := tuple(islice(rest, _BATCH)):
        yield batch

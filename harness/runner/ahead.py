"""Guests that are started while others still work, for runs in which no guest is used twice."""

import contextlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from harness.runner.pool import Guests, Lent
from harness.values.errors import HarnessError


class GuestsAhead:
    """Lends the guests of a pool, the next of which is on its way while any is to come."""

    def __init__(self, pool: Guests, wanted: int) -> None:
        """`wanted` guests will be taken; more can be, but nothing is started ahead for them."""
        self._pool = pool
        self._wanted = wanted
        self._lock = threading.Lock()
        self._starter = ThreadPoolExecutor(1, "ahead")
        self._next: Future[Lent] | None = None
        self._closed = False

    def take(self, *, fresh: bool = False) -> Lent:
        """All are fresh; raises what starting it has raised."""
        with self._lock:
            started, self._next = self._next, None
            self._wanted -= 1
        lent = self._pool.take() if started is None else started.result()
        with self._lock:
            if self._next is None and self._wanted > 0 and not self._closed:
                self._next = self._starter.submit(self._pool.take)
        return lent

    def give_back(self, lent: Lent) -> None:
        self._pool.give_back(lent)

    def discard(self, lent: Lent) -> None:
        self._pool.discard(lent)

    def close(self) -> None:
        """End the guest that nobody has taken; may be called twice."""
        with self._lock:
            self._closed = True
            left, self._next = self._next, None
        self._starter.shutdown(wait=False)
        if left is not None:
            # What kept it from starting is nobody's business any more.
            with contextlib.suppress(HarnessError):
                self._pool.discard(left.result())

"""Says when it is time to do again what costs too much to do every time."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds that only grow; tests bring their own."""


class Renewal:
    """True at most once every `period_s` seconds, the first time one period after its making."""

    def __init__(self, period_s: float, clock: Clock = time.monotonic) -> None:
        self._period_s = period_s
        self._clock = clock
        self._last_s = clock()

    def due(self) -> bool:
        now_s = self._clock()
        if now_s - self._last_s < self._period_s:
            return False
        self._last_s = now_s
        return True

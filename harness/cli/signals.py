"""Signals as exceptions in the main thread, so that every guest is ended on the way out."""

import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from harness.values.deadline import Deadline


class TimeLimitError(BaseException):
    """The wall-clock limit came. Not an Exception: nothing may swallow it."""


class TerminatedError(BaseException):
    """The process was asked to end. Not an Exception: nothing may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


@contextmanager
def termination_raises() -> Iterator[None]:
    """Within this block SIGTERM and SIGHUP raise TerminatedError in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TerminatedError(number)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def time_limit(deadline: Deadline) -> Iterator[None]:
    """Within this block, which only the main thread may enter, the deadline raises TimeLimitError.

    It ends what waits for other programs: downloads, compilers.
    """
    if math.isinf(deadline.left_s()):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeLimitError

    previous = signal.signal(signal.SIGALRM, stop)
    # A timer of zero would be none at all.
    signal.setitimer(signal.ITIMER_REAL, max(0.001, deadline.left_s()))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)

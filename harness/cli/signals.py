"""SIGTERM and SIGHUP as an exception, so that every guest is ended on the way out."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


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

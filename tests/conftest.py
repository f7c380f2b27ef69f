"""What holds for all tests, wherever they are started from."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """Ctrl-C works, in the tests and in what they start.

    A shell ignores SIGINT on behalf of what it puts into the background, and children inherit that:
    a test that interrupts something would then wait for ever.
    """
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

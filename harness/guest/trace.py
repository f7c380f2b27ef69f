"""Trace lines: what filters print with bpf_trace_printk, streamed back as it happens."""

from collections import deque
from dataclasses import dataclass

from harness.channels.fields import Fields
from harness.guest.later import Connection
from harness.values.errors import GuestError

# A filter that prints for every packet must not fill the host's memory.
MAX_LINES = 100_000


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of the trace buffer."""

    text: str
    """The whole line: task, CPU, flags, time, message."""

    @property
    def message(self) -> str:
        """What the filter printed, without what the kernel put before it."""
        _, found, message = self.text.partition("bpf_trace_printk: ")
        return message if found else self.text


class TraceStream:
    """The trace buffer (tracefs trace_pipe) while it is being read; one at a time in a guest.

    Use as a context manager, or call stop().
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lines: deque[TraceLine] = deque(maxlen=MAX_LINES)
        self._running = False
        self.dropped = 0
        """Lines that came when MAX_LINES unread ones were waiting already."""

        connection.client.listen("trace", self._take)

    def start(self) -> "TraceStream":
        """Empty the trace buffer and begin; raises GuestError if tracefs cannot be read."""
        errno = self._connection.submit("trace_start", lambda reply: reply.errno(), {}).result()
        if errno:
            raise GuestError(f"the guest's trace buffer cannot be read: errno {errno}")
        self._running = True
        return self

    def lines(self) -> tuple[TraceLine, ...]:
        """The lines that have arrived since the last call."""
        taken = tuple(self._lines)
        self._lines.clear()
        return taken

    def wait(self, seconds: float) -> tuple[TraceLine, ...]:
        """Wait for lines, at most that long; those that came."""
        if not self._lines:
            self._connection.client.pump(seconds)
        return self.lines()

    def stop(self) -> tuple[TraceLine, ...]:
        """End the stream; all lines written before this call that were not taken yet.

        A second call only takes what is left.
        """
        if self._running:
            self._running = False
            self._connection.submit("trace_stop", lambda reply: None, {}).result()
        return self.lines()

    def _take(self, event: Fields) -> None:
        for line in event.all_data("lines"):
            # The kernel ends every line itself, so a filter's own newline leaves an empty one.
            if not line.strip():
                continue
            if len(self._lines) == MAX_LINES:
                self.dropped += 1
            self._lines.append(TraceLine(line.decode("utf-8", "replace")))

    def __enter__(self) -> "TraceStream":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self.stop()

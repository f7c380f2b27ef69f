"""What every byte stream to an agent can do. Knows nothing of messages."""

from typing import Protocol

from harness.values.deadline import Deadline


class Channel(Protocol):
    """A reliable, ordered byte stream: virtio-serial, UART, SSH, or the fake of the tests."""

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of `data`; raises SilenceError at the deadline, ChannelError at the end."""

    def receive(self, deadline: Deadline) -> bytes:
        """What has come; raises SilenceError at the deadline, ChannelError at the end.

        Empty if the stream woke us for nothing.
        """

    def close(self) -> None:
        """Give the stream up; may be called twice."""

"""A channel to an agent that is a Python object: what nearly all tests of the harness talk to.

It speaks the real wire protocol, so that framing, pipelining and errors are tested too.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from harness.formats.wire import FROM_HOST, Decoder, Kind, Message, encode
from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, SilenceError

Handler = Callable[[dict[str, Any]], dict[str, Any]]


class FakeRefusalError(Exception):
    """Raised by a handler to make the fake agent send an error reply."""

    def __init__(self, errno: int, message: str) -> None:
        super().__init__(message)
        self.errno = errno
        self.message = message


class FakeChannel:
    """A Channel whose other end answers by calling `handlers[op](arguments)`.

    An operation without a handler gets an error reply with ENOSYS. Raw bytes can be put on the
    line with `inject`, and the line can be cut with `cut`.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self.handlers = dict(handlers)
        self.requests: list[dict[str, Any]] = []
        """Every request served, in order."""

        self._decoder = Decoder(FROM_HOST)
        self._line: deque[bytes] = deque()
        self._cut = False

    def send(self, data: bytes, deadline: Deadline) -> None:
        if self._cut:
            raise ChannelError("the channel ended")
        for message in self._decoder.feed(data):
            self.requests.append(message.body)
            body = self._serve(message.body)
            if self._cut:
                # The guest died of this request: neither it nor those after it are answered.
                return
            self.inject(encode(Message(Kind.REPLY, message.id, body)))

    def receive(self, deadline: Deadline) -> bytes:
        if self._line:
            return self._line.popleft()
        if self._cut:
            raise ChannelError("the channel ended: QEMU closed it")
        raise SilenceError("the guest is silent")

    def close(self) -> None:
        self._cut = True
        self._line.clear()

    def inject(self, data: bytes) -> None:
        """Put bytes on the line, as if the guest had sent them."""
        self._line.append(data)

    def send_event(self, name: str, **fields: Any) -> None:  # noqa: ANN401 - msgpack values
        """Put an event on the line."""
        self.inject(encode(Message(Kind.EVENT, 0, {"event": name, **fields})))

    def cut(self) -> None:
        """End the stream after what is on the line."""
        self._cut = True

    def _serve(self, request: dict[str, Any]) -> dict[str, Any]:
        handler = self.handlers.get(request["op"])
        if handler is None:
            return {"error": {"errno": 38, "message": f"unknown operation {request['op']}"}}
        try:
            return {"result": handler(request)}
        except FakeRefusalError as refusal:
            return {"error": {"errno": refusal.errno, "message": refusal.message}}

"""Requests to the agent over a channel: many under way at once, replies matched by id.

Knows frames and ids; not what any operation means.
"""

import contextlib
from collections.abc import Callable
from typing import Any

from harness.channels.channel import Channel
from harness.channels.fields import Fields
from harness.formats.wire import Decoder, Kind, Message, encode
from harness.values.deadline import Deadline
from harness.values.errors import AgentError, ProtocolError, SilenceError

# Requests collect until somebody waits, so that a whole trial is one write.
_FLUSH_AT = 256 * 1024

# While waiting, the watch is asked this often whether waiting still makes sense.
_WATCH_EVERY_S = 1.0

Listener = Callable[[Fields], None]


class Pending:
    """A request under way."""

    def __init__(self, client: "AgentClient", request_id: int, operation: str) -> None:
        self._client = client
        self.id = request_id
        self.operation = operation
        self.body: dict[str, Any] | None = None

    def result(self, deadline: Deadline) -> Fields:
        """The agent's result.

        Raises AgentError if the agent could not serve it, ChannelError if the stream ends or
        the deadline passes, ProtocolError if the answer makes no sense.
        """
        self._client.wait_for(self, deadline)
        assert self.body is not None
        if isinstance(error := self.body.get("error"), dict):
            fields = Fields(error)
            raise AgentError(
                f"the agent refused {self.operation}: {fields.text('message')}",
                fields.errno(),
            )
        result = self.body.get("result")
        if not isinstance(result, dict):
            raise ProtocolError(f"the agent's reply to {self.operation} has no result")
        return Fields(result)


class AgentClient:
    """The host's end of the conversation with one agent."""

    def __init__(self, channel: Channel, watch: Callable[[], None] = lambda: None) -> None:
        """`watch` is called about once a second while waiting; it may raise to end the wait."""
        self._channel = channel
        self._watch = watch
        self._decoder = Decoder()
        self._outgoing = bytearray()
        self._pending: dict[int, Pending] = {}
        self._listeners: dict[str, Listener] = {}
        self._next_id = 1
        self.replies = 0

    def listen(self, event: str, listener: Listener) -> None:
        """Call `listener` with every event of that name; the latest listener counts."""
        self._listeners[event] = listener

    def submit(self, operation: str, **arguments: Any) -> Pending:  # noqa: ANN401 - msgpack values
        """Queue a request; it is sent when somebody waits, or when enough has collected."""
        pending = Pending(self, self._next_id, operation)
        self._next_id = self._next_id % 0xFFFFFFFF + 1
        self._outgoing += encode(Message(Kind.REQUEST, pending.id, {"op": operation, **arguments}))
        self._pending[pending.id] = pending
        return pending

    def call(self, operation: str, deadline: Deadline, **arguments: Any) -> Fields:  # noqa: ANN401
        """One request and its result; raises as Pending.result does."""
        return self.submit(operation, **arguments).result(deadline)

    def wait_for(self, pending: Pending, deadline: Deadline) -> None:
        """Receive until this request is answered."""
        self._flush(deadline)
        while pending.body is None:
            self._receive(deadline, f"no reply to {pending.operation}")

    def wait_for_event(self, name: str, deadline: Deadline) -> Fields:
        """Receive until an event of that name comes; used before the first request."""
        seen: list[Fields] = []
        self.listen(name, seen.append)
        while not seen:
            self._receive(deadline, f"no {name} event")
        del self._listeners[name]
        return seen[0]

    def pump(self, seconds: float) -> None:
        """Deliver events for at most that long; returns early after the first that arrive."""
        self._flush(Deadline.after(seconds))
        with contextlib.suppress(SilenceError):
            self._take(self._channel.receive(Deadline.after(seconds)))

    def _flush(self, deadline: Deadline) -> None:
        if self._outgoing:
            data, self._outgoing = bytes(self._outgoing), bytearray()
            self._channel.send(data, deadline)

    def _receive(self, deadline: Deadline, missing: str) -> None:
        while True:
            self._watch()
            slice_end = deadline.sooner(_WATCH_EVERY_S)
            try:
                return self._take(self._channel.receive(slice_end))
            except SilenceError as error:
                if deadline.expired:
                    raise SilenceError(f"the guest is silent: {missing}") from error

    def _take(self, data: bytes) -> None:
        for message in self._decoder.feed(data):
            if message.kind is Kind.EVENT:
                self._deliver(message)
            else:
                self._answer(message)

    def _answer(self, message: Message) -> None:
        pending = self._pending.pop(message.id, None)
        if pending is None:
            raise ProtocolError(f"the guest answered request {message.id}, which nobody made")
        pending.body = message.body
        self.replies += 1

    def _deliver(self, message: Message) -> None:
        fields = Fields(message.body)
        listener = self._listeners.get(fields.text("event"))
        if listener is not None:
            listener(fields)

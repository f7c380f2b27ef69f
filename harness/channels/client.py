"""Requests to the agent over a channel: many under way at once, replies matched by id.

Knows frames and ids; not what any operation means.
"""

import contextlib
import math
import time
from collections.abc import Callable
from typing import Any

from harness.channels.channel import Channel
from harness.channels.fields import Fields
from harness.formats.wire import Decoder, Kind, Message, encode
from harness.values.deadline import Deadline
from harness.values.errors import (
    AgentError,
    ChannelError,
    ProtocolError,
    SilenceError,
    UsageError,
)

# While waiting, the watch is asked this often whether waiting still makes sense.
_WATCH_EVERY_S = 1.0

# A guest may take this long over queued requests while somebody only waits for events.
_FLUSH_S = 60.0

# What a guest that is given up has sent already is read for at most this long.
_DRAIN_S = 1.0

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
        """`watch` is called about once a second while waiting; ChannelError ends the wait."""
        self._channel = channel
        self._watch = watch
        self._decoder = Decoder()
        self._outgoing = bytearray()
        self._pending: dict[int, Pending] = {}
        self._listeners: dict[str, Listener] = {}
        self._next_id = 1
        self.asked = 0
        """Requests, of which the agent serves one after the other."""

        self.answered = 0
        self._watched_at_s = -math.inf
        self._lost: ChannelError | None = None
        """How the guest was lost, while there are replies from before."""

    def listen(self, event: str, listener: Listener) -> None:
        """Call `listener` with every event of that name; the latest listener counts."""
        self._listeners[event] = listener

    def submit(self, operation: str, **arguments: Any) -> Pending:  # noqa: ANN401 - msgpack values
        """Queue a request; it is sent when somebody waits, so that a whole trial is one write.

        Raises UsageError for one that is larger than any message may be.
        """
        pending = Pending(self, self._next_id, operation)
        try:
            frames = encode(Message(Kind.REQUEST, pending.id, {"op": operation, **arguments}))
        except ProtocolError as error:
            # Ours, not the guest's: it must not look like a guest that is lost.
            raise UsageError(f"{operation}: {error.message}", remedy=error.remedy) from error
        self._next_id = self._next_id % 0xFFFFFFFF + 1
        self._outgoing += frames
        self._pending[pending.id] = pending
        self.asked += 1
        return pending

    def call(self, operation: str, deadline: Deadline, **arguments: Any) -> Fields:  # noqa: ANN401
        """One request and its result; raises as Pending.result does."""
        return self.submit(operation, **arguments).result(deadline)

    def wait_for(self, pending: Pending, deadline: Deadline) -> None:
        """Receive until this request is answered.

        A guest that is lost costs the requests that it has not answered, and no other: its loss
        may be noticed while a later one is sent, or an earlier reply is still to be read.
        """
        if self._lost is None:
            try:
                self._flush(deadline)
                self._receive_until(
                    lambda: pending.body is not None, deadline, f"no reply to {pending.operation}"
                )
            except ChannelError as lost:
                if not isinstance(lost, ProtocolError):
                    self._drain()
                if pending.body is None:
                    raise
                self._lost = lost
        if self._lost is not None and pending.body is None:
            raise self._lost

    def wait_for_event(self, name: str, deadline: Deadline) -> Fields:
        """Receive until an event of that name comes; used before the first request."""
        seen: list[Fields] = []
        self.listen(name, seen.append)
        self._receive_until(lambda: bool(seen), deadline, f"no {name} event")
        del self._listeners[name]
        return seen[0]

    def pump(self, seconds: float) -> None:
        """Deliver events for at most that long; returns early after the first that arrive."""
        self._flush(Deadline.after(_FLUSH_S))
        with contextlib.suppress(SilenceError):
            self._take(self._channel.receive(Deadline.after(seconds)))
        self._look()

    def _flush(self, deadline: Deadline) -> None:
        if self._outgoing:
            data, self._outgoing = bytes(self._outgoing), bytearray()
            self._channel.send(data, deadline)

    def _receive_until(self, done: Callable[[], bool], deadline: Deadline, missing: str) -> None:
        """Until `done`. Neither silence nor a flood of events outlives the deadline."""
        while not done():
            with contextlib.suppress(SilenceError):
                self._take(self._channel.receive(deadline.sooner(_WATCH_EVERY_S)))
            if done():
                return
            self._look()
            if deadline.expired:
                raise SilenceError(f"the guest is silent: {missing}")

    def _look(self) -> None:
        """Ask the watch once a second; before a guest is given up, read what it has sent."""
        now_s = time.monotonic()
        if now_s - self._watched_at_s < _WATCH_EVERY_S:
            return
        self._watched_at_s = now_s
        try:
            self._watch()
        except ChannelError:
            self._drain()
            raise

    def _drain(self) -> None:
        end = Deadline.after(_DRAIN_S)
        with contextlib.suppress(ChannelError):
            while not end.expired:
                self._take(self._channel.receive(Deadline.after(0)))

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
        self.answered += 1

    def _deliver(self, message: Message) -> None:
        fields = Fields(message.body)
        listener = self._listeners.get(fields.text("event"))
        if listener is not None:
            listener(fields)

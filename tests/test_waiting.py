"""How long the client waits, for what, and what it still reads when waiting makes no sense."""

import time
from typing import Any

import pytest

from harness.channels.client import AgentClient
from harness.channels.fake import FakeChannel
from harness.formats.wire import Kind, Message, encode
from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, SilenceError, UsageError

_TRACE = encode(Message(Kind.EVENT, 0, {"event": "trace", "lines": [b"again"]}))


class Flood(FakeChannel):
    """A guest that answers nothing and never stops sending events."""

    def send(self, data: bytes, deadline: Deadline) -> None:
        """It takes everything."""

    def receive(self, deadline: Deadline) -> bytes:
        return _TRACE


class Slow(FakeChannel):
    """A guest that takes a request only after a while."""

    def send(self, data: bytes, deadline: Deadline) -> None:
        if deadline.left_s() < 1:
            raise SilenceError("the guest takes no more bytes")
        super().send(data, deadline)


def gone() -> None:
    raise ChannelError("QEMU ended with status 0")


def test_events_do_not_put_off_the_deadline_of_a_reply() -> None:
    """A filter that prints for ever must not keep the host waiting for ever."""
    agent = AgentClient(Flood({}))

    with pytest.raises(SilenceError, match="no reply to run"):
        agent.call("run", Deadline.after(0.05))


def test_a_flood_of_events_is_watched_too() -> None:
    """It may be the console's flood as well, which fills the disk."""
    agent = AgentClient(Flood({}), gone)
    began = time.monotonic()

    with pytest.raises(ChannelError, match="QEMU ended"):
        agent.call("run", Deadline.after(20))

    assert time.monotonic() - began < 10


def test_what_a_dead_guest_had_answered_is_read_first() -> None:
    """Its first reply tells a crash of the kernel from a guest that never served."""
    channel = FakeChannel({"mark": lambda request: {}})
    agent = AgentClient(channel, gone)
    begin = agent.submit("mark", text="begin")
    load = agent.submit("load")

    def die(request: dict[str, Any]) -> dict[str, Any]:
        channel.cut()
        return {}

    channel.handlers["load"] = die

    with pytest.raises(ChannelError):
        load.result(Deadline.after(1))

    assert begin.body is not None


def test_pumping_events_watches_the_guest() -> None:
    """`run` and `shell` do little else, and a console may fill the disk meanwhile."""
    agent = AgentClient(FakeChannel({}), gone)

    with pytest.raises(ChannelError, match="QEMU ended"):
        agent.pump(0.01)


def test_pumping_gives_queued_requests_their_time() -> None:
    """A large object on its way is no silence."""
    channel = Slow({"put": lambda request: {}})
    agent = AgentClient(channel)
    later = agent.submit("put")

    agent.pump(0.2)

    assert later.body is not None


def test_a_request_that_is_too_large_accuses_nobody() -> None:
    """A ChannelError would say that the guest is lost, and a trial would be called a crash."""
    agent = AgentClient(FakeChannel({}))

    with pytest.raises(UsageError, match="over the limit"):
        agent.submit("put", data=bytes(33 << 20))

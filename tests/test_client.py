"""harness.channels.client and fields: requests, replies and events on a fake agent."""

import pytest

from harness.channels.client import AgentClient
from harness.channels.fake import FakeChannel, FakeRefusalError, Handler
from harness.channels.fields import Fields
from harness.formats.wire import Kind, Message, encode
from harness.values.deadline import Deadline
from harness.values.errors import AgentError, ChannelError, ProtocolError, SilenceError


def soon() -> Deadline:
    return Deadline.after(0.05)


def client(**handlers: Handler) -> tuple[AgentClient, FakeChannel]:
    channel = FakeChannel(handlers)
    return AgentClient(channel), channel


def test_requests_are_pipelined_in_one_write() -> None:
    """Nothing is sent until somebody waits; then all of it is, and replies find their request."""
    agent, channel = client(double=lambda request: {"value": 2 * request["value"]})
    pending = [agent.submit("double", value=value) for value in range(3)]
    assert channel.requests == []

    values = [later.result(soon()).integer("value") for later in reversed(pending)]

    assert values == [4, 2, 0]


def test_an_error_reply_becomes_an_agent_error_with_its_errno() -> None:
    def refuse(request: dict[str, object]) -> dict[str, object]:
        raise FakeRefusalError(2, "no such handle")

    agent, _ = client(close=refuse)

    with pytest.raises(AgentError, match="no such handle") as caught:
        agent.call("close", soon())
    assert caught.value.errno == 2


def test_events_reach_their_listener_between_replies() -> None:
    agent, channel = client(run=lambda request: {})
    lines: list[bytes] = []
    agent.listen("trace", lambda event: lines.extend(event.all_data("lines")))
    channel.send_event("trace", lines=[b"one"])
    channel.send_event("nobody listens", x=1)

    agent.call("run", soon())

    assert lines == [b"one"]


def test_silence_names_the_request_that_got_no_reply() -> None:
    agent, channel = client()
    pending = agent.submit("load")
    channel.send = lambda data, deadline: None  # type: ignore[method-assign]

    with pytest.raises(SilenceError, match="no reply to load"):
        pending.result(soon())


def test_a_guest_that_dies_in_mid_reply_is_a_lost_channel() -> None:
    agent, channel = client()
    reply = encode(Message(Kind.REPLY, 1, {"result": {"log": b"x" * 1000}}))
    pending = agent.submit("load")
    channel.send = lambda data, deadline: None  # type: ignore[method-assign]
    channel.inject(reply[:500])
    channel.cut()

    with pytest.raises(ChannelError, match="ended"):
        pending.result(soon())


def test_an_answer_that_came_before_the_loss_is_read_although_nothing_can_be_sent() -> None:
    """A guest that is lost costs the requests that it has not answered, and no other."""

    def die(request: dict[str, object]) -> dict[str, object]:
        channel.cut()
        return {}

    agent, channel = client(load=lambda request: {}, run=die)
    first, second, fatal = (agent.submit(name) for name in ("load", "load", "run"))
    first.result(soon())
    agent.submit("load")

    second.result(soon())

    with pytest.raises(ChannelError, match="ended"):
        fatal.result(soon())


def test_an_answer_before_bytes_that_make_no_sense_counts() -> None:
    """They may come in one piece, and belong to the next request."""
    agent, channel = client()
    channel.send = lambda data, deadline: None  # type: ignore[method-assign]
    first, second = agent.submit("load"), agent.submit("load")
    channel.inject(encode(Message(Kind.REPLY, 1, {"result": {}})) + b"garbage" * 9)

    first.result(soon())

    with pytest.raises(ProtocolError, match="where a frame must begin"):
        second.result(soon())


def test_what_the_guest_answered_before_the_watch_gave_it_up_counts() -> None:
    """A panic is seen on the console while the replies of earlier requests are unread."""

    def watch() -> None:
        raise ChannelError("the kernel has panicked")

    channel = FakeChannel({"load": lambda request: {}})
    channel.inject(encode(Message(Kind.EVENT, 0, {"event": "trace"})))
    agent = AgentClient(channel, watch)

    agent.submit("load").result(soon())

    with pytest.raises(ChannelError, match="panicked"):
        agent.submit("load").result(soon())


def test_a_reply_that_nobody_asked_for_is_refused() -> None:
    agent, channel = client(hello=lambda request: {})
    channel.inject(encode(Message(Kind.REPLY, 99, {"result": {}})))

    with pytest.raises(ProtocolError, match="request 99"):
        agent.call("hello", soon())


def test_the_watch_can_end_a_wait() -> None:
    """A console flood or a dead QEMU ends the wait although the channel is open."""

    def watch() -> None:
        raise ChannelError("QEMU ended with status 1")

    agent = AgentClient(FakeChannel({}), watch)
    with pytest.raises(ChannelError, match="status 1"):
        agent.wait_for_event("ready", soon())


@pytest.mark.parametrize(
    ("getter", "value"),
    [
        ("integer", "13"),
        ("integer", True),
        ("integer", 1 << 64),
        ("integer", None),
        ("boolean", 1),
        ("data", "text"),
        ("text", 5),
        ("all_data", [b"a", "b"]),
        ("all_data", b"a"),
        ("all_maps", [1]),
        ("all_integers", ["1"]),
        ("pairs", [[b"k"]]),
        ("pairs", [[b"k", 1]]),
    ],
)
def test_a_field_of_the_wrong_type_is_refused(getter: str, value: object) -> None:
    """What a guest sends is believed only if it has the type it must have."""
    fields = Fields({"field": value})
    with pytest.raises(ProtocolError, match="field="):
        getattr(fields, getter)("field")

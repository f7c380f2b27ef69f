"""harness.formats.wire: frames joined and refused."""

import random
import struct
import zlib

import pytest

from harness.formats.wire import (
    BEAT,
    FROM_HOST,
    MAX_FRAGMENT,
    MAX_MESSAGE,
    Decoder,
    Kind,
    Message,
    encode,
)
from harness.values.errors import ProtocolError

REPLY = Message(Kind.REPLY, 7, {"result": {"errno": 0, "log": b"x" * 200_000}})


def frame(payload: bytes, **changes: int | bytes) -> bytes:
    """One frame, with fields of the header replaced."""
    fields: dict[str, int | bytes] = {
        "magic": b"BPFH",
        "version": 1,
        "kind": 2,
        "flags": 0,
        "id": 7,
        "length": len(payload),
        "crc": zlib.crc32(payload),
    }
    fields.update(changes)
    return struct.pack(">4sBBHIII", *fields.values()) + payload


def test_a_message_survives_any_cut_of_the_stream() -> None:
    """Bytes arrive in pieces of any size; messages come out whole and in order."""
    event = Message(Kind.EVENT, 0, {"event": "trace", "lines": [b"a", b"b"]})
    stream = encode(REPLY) + encode(event)
    for seed in range(20):
        dice = random.Random(seed)
        decoder, rest = Decoder(), stream
        messages: list[Message] = []
        while rest:
            size = dice.choice((1, 3, 19, 20, 21, 70_000))
            messages += decoder.feed(rest[:size])
            rest = rest[size:]

        assert messages == [REPLY, event]


def test_a_large_message_is_sent_in_bounded_fragments() -> None:
    """No fragment is larger than MAX_FRAGMENT, and all but the last say MORE."""
    stream = encode(REPLY)

    assert len(stream) > 3 * MAX_FRAGMENT
    assert struct.unpack(">4sBBHIII", stream[:20])[3:6] == (1, 7, MAX_FRAGMENT)


def test_a_beat_is_no_message_wherever_it_comes() -> None:
    """And only a host has one."""
    request = Message(Kind.REQUEST, 7, {"op": "put", "data": b"x" * MAX_FRAGMENT})
    stream = encode(request)
    second = 20 + MAX_FRAGMENT

    messages = list(Decoder(FROM_HOST).feed(BEAT + stream[:second] + BEAT + stream[second:] + BEAT))

    assert messages == [request]
    with pytest.raises(ProtocolError, match="a frame of kind 4"):
        list(Decoder().feed(BEAT))


def test_a_message_over_the_limit_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ProtocolError, match="over the limit"):
        encode(Message(Kind.REQUEST, 1, {"data": bytes(MAX_MESSAGE)}))


@pytest.mark.parametrize(
    ("stream", "complaint"),
    [
        (frame(b"\x80", magic=b"HTTP"), "where a frame must begin"),
        (frame(b"\x80", version=2), "version 2"),
        (frame(b"\x80", kind=1), "kind 1"),
        (frame(b"\x80", flags=2), "flags 0x2"),
        (frame(b"", length=MAX_FRAGMENT + 1), "announced a fragment"),
        (frame(b"\x80", crc=1), "checksum"),
        (frame(b"\xc1"), "not msgpack"),
        (frame(b"\x90"), "not a map"),
        (frame(b"\x81\x01\x01"), "not msgpack"),
        (frame(b"\x91" * 5000), "not msgpack"),
        (frame(b"\xdd\xff\xff\xff\xff"), "not msgpack"),
        (frame(b"\x80", flags=1) + frame(b"\x80", id=8), "mixed"),
    ],
)
def test_what_is_not_the_protocol_is_refused(stream: bytes, complaint: str) -> None:
    """A hostile guest gets a ProtocolError, not memory and not a crash."""
    with pytest.raises(ProtocolError, match=complaint):
        list(Decoder().feed(stream))


def test_endless_fragments_are_refused_at_the_limit() -> None:
    """A message that never ends may not fill the host's memory."""
    decoder = Decoder()
    endless = frame(bytes(MAX_FRAGMENT), flags=1)
    for _ in range(MAX_MESSAGE // MAX_FRAGMENT):
        assert list(decoder.feed(endless)) == []

    with pytest.raises(ProtocolError, match="more than"):
        list(decoder.feed(endless))


def test_random_damage_never_gives_another_error() -> None:
    """Any bytes give messages or a ProtocolError."""
    stream = encode(REPLY)
    for seed in range(300):
        dice = random.Random(seed)
        damaged = bytearray(stream)
        for _ in range(dice.randrange(1, 5)):
            damaged[dice.randrange(200)] = dice.randrange(256)
        try:
            messages = list(Decoder().feed(bytes(damaged)))
        except ProtocolError:
            continue
        assert messages in ([], [REPLY]) or messages[0].body == REPLY.body

"""The wire protocol between host and agent: frames around msgpack maps. Bytes in, values out.

guest_images/README.md describes it; guest_images/agent/wire.c is the other end. Everything that
comes out of a guest passes here, so every length is bounded before memory is spent on it.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgpack

from harness.values.errors import ProtocolError

VERSION = 1
MAGIC = b"BPFH"
MAX_FRAGMENT = 64 * 1024
MAX_MESSAGE = 32 * 1024 * 1024
MAX_ITEMS = 1_000_000

# magic, version, kind, flags, id, length, crc32; big-endian.
_HEADER = struct.Struct(">4sBBHIII")
_MORE = 1


class Kind(IntEnum):
    """Which way a message goes and whether it answers one."""

    REQUEST = 1
    REPLY = 2
    EVENT = 3
    BEAT = 4
    """No message: whoever sends it is still there."""


FROM_GUEST = frozenset({Kind.REPLY, Kind.EVENT})
FROM_HOST = frozenset({Kind.REQUEST, Kind.BEAT})

BEAT = _HEADER.pack(MAGIC, VERSION, Kind.BEAT, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Message:
    """One whole message. `body` is a map with string keys."""

    kind: Kind
    id: int
    body: dict[str, Any]


def encode(message: Message) -> bytes:
    """The frames of one message; raises ProtocolError if it is larger than MAX_MESSAGE."""
    payload = msgpack.packb(message.body, use_bin_type=True)
    if len(payload) > MAX_MESSAGE:
        raise ProtocolError(
            f"a message of {len(payload)} bytes is over the limit of {MAX_MESSAGE}",
            remedy="send smaller objects or inputs",
        )
    return b"".join(_frames(message.kind, message.id, payload))


def _frames(kind: Kind, message_id: int, payload: bytes) -> Iterator[bytes]:
    view = memoryview(payload)
    last = max(len(payload) - 1, 0) // MAX_FRAGMENT
    for index in range(last + 1):
        part = view[index * MAX_FRAGMENT : (index + 1) * MAX_FRAGMENT]
        flags = 0 if index == last else _MORE
        yield _HEADER.pack(MAGIC, VERSION, kind, flags, message_id, len(part), zlib.crc32(part))
        yield bytes(part)


@dataclass(frozen=True, slots=True)
class _Header:
    kind: Kind
    more: bool
    id: int
    length: int
    crc: int


def _parse_header(raw: bytes, accepted: frozenset[Kind]) -> _Header:
    magic, version, kind, flags, message_id, length, crc = _HEADER.unpack(raw)
    if magic != MAGIC:
        raise ProtocolError(f"the guest sent {raw!r} where a frame must begin")
    if version != VERSION:
        raise ProtocolError(
            f"the agent speaks version {version} of the wire protocol, this host {VERSION}",
            remedy="rebuild the image: bpf-harness doctor names it",
        )
    if kind not in accepted or flags & ~_MORE:
        raise ProtocolError(f"the guest sent a frame of kind {kind} with flags {flags:#x}")
    if length > MAX_FRAGMENT:
        raise ProtocolError(f"the guest announced a fragment of {length} bytes")
    return _Header(Kind(kind), bool(flags & _MORE), message_id, length, crc)


class Decoder:
    """Joins bytes into messages: feed what arrived, iterate over what is whole.

    After a ProtocolError the stream cannot be trusted and the decoder must be dropped.
    """

    def __init__(self, accepted: frozenset[Kind] = FROM_GUEST) -> None:
        self._accepted = accepted
        self._buffer = bytearray()
        self._header: _Header | None = None
        self._open: _Header | None = None
        self._parts = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete, in order; raises ProtocolError after the last.

        Nothing is read before it is iterated over.
        """
        self._buffer += data
        while (fragment := self._next_fragment()) is not None:
            header, part = fragment
            if header.kind is Kind.BEAT:
                continue
            message = self._join(header, part)
            if message is not None:
                yield message

    def _next_fragment(self) -> tuple[_Header, bytes] | None:
        if self._header is None:
            if len(self._buffer) < _HEADER.size:
                return None
            self._header = _parse_header(bytes(self._buffer[: _HEADER.size]), self._accepted)
            del self._buffer[: _HEADER.size]
        header = self._header
        if len(self._buffer) < header.length:
            return None
        part = bytes(self._buffer[: header.length])
        del self._buffer[: header.length]
        self._header = None
        if zlib.crc32(part) != header.crc:
            raise ProtocolError(f"a fragment of {header.length} bytes has the wrong checksum")
        return header, part

    def _join(self, header: _Header, part: bytes) -> Message | None:
        if self._open is not None and (self._open.kind, self._open.id) != (header.kind, header.id):
            raise ProtocolError("the guest mixed the fragments of two messages")
        if len(self._parts) + len(part) > MAX_MESSAGE:
            raise ProtocolError(f"the guest sent a message of more than {MAX_MESSAGE} bytes")
        self._parts += part
        self._open = header if header.more else None
        if header.more:
            return None
        payload, self._parts = bytes(self._parts), bytearray()
        return Message(header.kind, header.id, _unpack(payload))


def _unpack(payload: bytes) -> dict[str, Any]:
    try:
        body = msgpack.unpackb(
            payload,
            raw=False,
            strict_map_key=True,
            max_array_len=MAX_ITEMS,
            max_map_len=MAX_ITEMS,
            max_ext_len=0,
        )
    except Exception as error:  # msgpack documents no common root for its unpack errors
        raise ProtocolError(f"a message is not msgpack: {error}") from error
    if not isinstance(body, dict) or not all(isinstance(key, str) for key in body):
        raise ProtocolError("a message is not a map with string keys")
    return body

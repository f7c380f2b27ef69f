"""Files that are copied into a guest and out of it, in pieces, with their permissions."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass

from harness.channels.fields import Fields
from harness.guest.later import Connection
from harness.values.errors import RefusedError

# Of one request; the agent takes up to 16 MiB.
_PIECE = 1024 * 1024

MAX_FILE = 128 * 1024 * 1024
"""A quarter of what a guest has: its files are in its memory."""

_PERMISSIONS = 0o7777

# guest_images/agent/files.c
_NOT_OVERWRITTEN = (
    "what is there already is not overwritten on a machine that is not ours: take another name"
)


@dataclass(frozen=True, slots=True)
class GuestFile:
    """What a file of the guest holds."""

    data: bytes
    mode: int
    """Its permissions, without the type."""


def put_file(connection: Connection, path: str, file: GuestFile) -> None:
    """Write a file and the folders above it; raises RefusedError."""
    for number, piece in enumerate(_pieces(file.data)):
        arguments: dict[str, object] = {
            "path": path,
            "data": piece,
            "mode": file.mode & _PERMISSIONS,
            "first": not number,
        }
        if code := connection.submit("file_put", lambda r: r.errno(), arguments).result():
            raise RefusedError(
                f"cannot write {path} in the guest: {os.strerror(code)}",
                code,
                remedy=_NOT_OVERWRITTEN if code == errno.EEXIST else None,
            )


def get_file(connection: Connection, path: str) -> GuestFile:
    """A regular file of the guest; raises RefusedError, also for one over MAX_FILE."""
    data, mode = bytearray(), 0
    while True:
        arguments: dict[str, object] = {"path": path, "offset": len(data), "limit": _PIECE}
        reply = connection.submit("file_get", _same, arguments).result()
        if number := reply.errno():
            raise RefusedError(f"cannot read {path} in the guest: {os.strerror(number)}", number)
        piece, mode = reply.data("data"), reply.integer("mode") & _PERMISSIONS
        if not piece:
            return GuestFile(bytes(data), mode)
        data += piece
        if len(data) > MAX_FILE:
            limit = MAX_FILE >> 20
            raise RefusedError(f"{path} in the guest is larger than {limit} MiB", 0)


def _pieces(data: bytes) -> Iterator[bytes]:
    """At least one, so that an empty file is made, too."""
    yield data[:_PIECE]
    for at in range(_PIECE, len(data), _PIECE):
        yield data[at : at + _PIECE]


def _same(reply: Fields) -> Fields:
    return reply

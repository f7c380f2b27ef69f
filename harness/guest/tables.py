"""Tables (BPF maps) of a guest, as user space works on them: bpf(2) BPF_MAP_*."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag

from harness.channels.fields import Fields
from harness.guest.later import Connection, Later
from harness.values.errors import RefusedError, UsageError
from harness.values.observation import TableContents
from harness.values.table_spec import TABLE_TYPES, TableSpec

_PAGE = 1024

# A dump is a copy in the host's memory; nobody reads more entries than this with their eyes.
MAX_DUMP = 1_000_000

# A page may be empty, because keys without a value count too; a guest must not send them for ever.
_MAX_PAGES = 8192


class Update(IntFlag):
    """How `add` treats a key: linux/bpf.h, BPF_ANY, BPF_NOEXIST, BPF_EXIST."""

    ANY = 0
    ONLY_NEW = 1
    ONLY_EXISTING = 2


class TableError(RefusedError):
    """The kernel refused an operation on a table; carries its errno."""

    def __init__(self, doing: str, table: str, errno: int) -> None:
        said = f"{os.strerror(errno)} (errno {errno})"
        super().__init__(f"cannot {doing} table {table}: {said}", errno)


@dataclass(frozen=True, slots=True)
class Ref:
    """How the agent knows a table or a filter: the handle it came with, and its name."""

    handle: int
    name: str

    def packed(self) -> list[object]:
        return [self.handle, self.name]


def table_type(name: str) -> int:
    """The kernel's number of a map type, `hash` for example; raises UsageError."""
    try:
        return TABLE_TYPES.index(name)
    except ValueError:
        raise UsageError(
            f"unknown table type {name!r}", remedy=f"use one of: {' '.join(TABLE_TYPES[1:])}"
        ) from None


class Table:
    """A table in a running guest.

    Keys and values are bytes in the guest's byte order, exactly key_size and value_size long.
    A per-CPU table takes and gives one value for each possible CPU, each rounded up to 8 bytes,
    joined together.
    """

    def __init__(self, connection: Connection, ref: Ref, spec: TableSpec) -> None:
        self._connection = connection
        self.ref = ref
        self.spec = spec

    @classmethod
    def create(cls, connection: Connection, spec: TableSpec) -> "Table":
        """BPF_MAP_CREATE; raises TableError with the kernel's errno."""
        ref = Ref(connection.new_handle(), spec.name)
        errno = connection.submit(
            "table_create",
            _errno,
            {
                "as": ref.handle,
                "name": spec.name,
                "type": spec.type,
                "key_size": spec.key_size,
                "value_size": spec.value_size,
                "entries": spec.entries,
                "flags": spec.flags,
            },
        ).result()
        if errno:
            raise TableError("create", spec.name, errno)
        connection.tables.add(spec.type_name)
        return cls(connection, ref, spec)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def value_size(self) -> int:
        """Bytes of a value as user space sees it."""
        if not self.spec.per_cpu:
            return self.spec.value_size
        return (self.spec.value_size + 7) // 8 * 8 * self._connection.cpus

    def add(self, key: bytes, value: bytes, update: Update = Update.ANY) -> None:
        """BPF_MAP_UPDATE_ELEM; raises TableError (E2BIG full, EEXIST, ENOENT), UsageError."""
        self._done("add to", self.submit_add(key, value, update))

    def remove(self, key: bytes) -> None:
        """BPF_MAP_DELETE_ELEM; raises TableError (ENOENT if the key is not there), UsageError."""
        self._check_key(key)
        arguments = {"table": self.ref.packed(), "key": key}
        self._done("remove from", self._connection.submit("table_remove", _errno, arguments))

    def lookup(self, key: bytes) -> bytes | None:
        """BPF_MAP_LOOKUP_ELEM: the value, or None if the key is not there."""
        self._check_key(key)
        arguments = {"table": self.ref.packed(), "key": key}
        reply = self._connection.submit("table_lookup", _fields, arguments).result()
        errno = reply.errno()
        if errno == _ENOENT:
            return None
        if errno:
            raise TableError("look up in", self.name, errno)
        return reply.data("value")

    def dump(self) -> tuple[tuple[bytes, bytes], ...]:
        """All keys and values, in the kernel's order (BPF_MAP_GET_NEXT_KEY); raises TableError."""
        return tuple(entry for page in self._pages() for entry in page)

    def submit_add(self, key: bytes, value: bytes, update: Update = Update.ANY) -> Later[int]:
        """Like `add`, without waiting; the result is the errno."""
        self._check_key(key)
        if len(value) != self.value_size:
            raise self._wrong_size("value", len(value), self.value_size)
        arguments = {
            "table": self.ref.packed(),
            "key": key,
            "value": value,
            "flags": int(update),
        }
        return self._connection.submit("table_update", _errno, arguments)

    def submit_add_filter(self, key: bytes, filter_ref: Ref) -> Later[int]:
        """Put a loaded filter into a slot of a prog_array; the result is the errno."""
        self._check_key(key)
        arguments = {
            "table": self.ref.packed(),
            "key": key,
            "program": filter_ref.packed(),
            "flags": 0,
        }
        return self._connection.submit("table_update", _errno, arguments)

    def submit_dump(self, limit: int) -> Later[TableContents]:
        """The first `limit` entries, without waiting. A table without keys comes out empty."""
        return self._connection.submit("table_dump", self._read_contents, self._page(None, limit))

    def close(self) -> None:
        """Let go of a table made with create(); one that an object brought goes with it."""
        self._connection.submit("close", _fields, {"handle": self.ref.handle}).result()

    def _read_contents(self, reply: Fields) -> TableContents:
        entries = reply.pairs("entries") if reply.errno() == 0 else ()
        return TableContents(self.name, self.spec.type, entries, truncated=_more(reply))

    def _pages(self) -> Iterator[tuple[tuple[bytes, bytes], ...]]:
        cursor: bytes | None = None
        taken = 0
        for _ in range(_MAX_PAGES):
            page = self._page(cursor, _PAGE)
            reply = self._connection.submit("table_dump", _fields, page).result()
            if errno := reply.errno():
                raise TableError("dump", self.name, errno)
            entries = reply.pairs("entries")
            yield entries
            if not _more(reply):
                return
            taken += len(entries)
            if taken >= MAX_DUMP:
                break
            cursor = reply.data("cursor")
        raise UsageError(f"table {self.name} is too large: more than {MAX_DUMP} entries")

    def _page(self, cursor: bytes | None, limit: int) -> dict[str, object]:
        return {"table": self.ref.packed(), "cursor": cursor, "limit": limit}

    def _done(self, doing: str, later: Later[int]) -> None:
        if errno := later.result():
            raise TableError(doing, self.name, errno)

    def _check_key(self, key: bytes) -> None:
        if len(key) != self.spec.key_size:
            raise self._wrong_size("key", len(key), self.spec.key_size)

    def _wrong_size(self, what: str, got: int, wanted: int) -> UsageError:
        return UsageError(
            f"the {what} is {got} bytes long, table {self.name} takes {wanted}",
            remedy=f"pack it to {wanted} bytes in the guest's byte order",
        )


_ENOENT = 2


def _errno(reply: Fields) -> int:
    return reply.errno()


def _more(reply: Fields) -> bool:
    return reply.errno() == 0 and reply.boolean("more")


def _fields(reply: Fields) -> Fields:
    return reply

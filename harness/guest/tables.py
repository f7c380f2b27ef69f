"""Tables (BPF maps) of a guest, as user space works on them: bpf(2) BPF_MAP_*."""

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntFlag

from harness.channels.fields import Fields
from harness.formats.btf_bytes import KEY_TYPE, VALUE_TYPE
from harness.guest.descriptors import Descriptor
from harness.guest.later import Connection, Later
from harness.guest.table_errors import TableError
from harness.guest.table_pages import Entries, PageReader, read_entries
from harness.values.errors import UsageError
from harness.values.observation import TableContents
from harness.values.table_row import Operation
from harness.values.table_spec import TableSpec


class Update(IntFlag):
    """How `add` treats a key: linux/bpf.h, BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK."""

    ANY = 0
    ONLY_NEW = 1
    ONLY_EXISTING = 2
    LOCKED = 4
    """Under the lock that is in the value; also for lookup and take."""

    ALL_CPUS = 16
    """One value for all of them, in a per-CPU table."""

    @classmethod
    def of_cpu(cls, cpu: int) -> int:
        """Only that CPU's value: BPF_F_CPU, with the number in the upper 32 bits."""
        return cpu << 32 | 8


@dataclass(frozen=True, slots=True)
class Ref:
    """How the agent knows a table or a filter: the handle it came with, and its name."""

    handle: int
    name: str

    def packed(self) -> list[object]:
        return [self.handle, self.name]


class Table:
    """A table in a running guest.

    Keys and values are bytes in the guest's byte order, exactly key_size and value_size long; a
    table without keys takes b"". A key may be a Descriptor where values belong to a process, a
    file, a cgroup or a socket. A per-CPU table takes and gives one value for each possible CPU,
    each rounded up to 8 bytes, joined together: joined() and split() make one of many and many
    of one. Every operation raises TableError with the kernel's errno, UsageError for a key or a
    value of the wrong size.
    """

    def __init__(self, connection: Connection, ref: Ref, spec: TableSpec) -> None:
        self._connection = connection
        self.ref = ref
        self.spec = spec

    @classmethod
    def create(cls, connection: Connection, spec: TableSpec) -> "Table":
        """BPF_MAP_CREATE; raises TableError with the kernel's errno."""
        pattern = None if spec.inner is None else cls.create(connection, spec.inner)
        ref = Ref(connection.new_handle(), spec.name)
        number = connection.submit(
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
                "extra": spec.extra,
                "inner": None if pattern is None else pattern.ref.packed(),
                "types": spec.types or None,
                "key_type": KEY_TYPE if spec.types else 0,
                "value_type": VALUE_TYPE if spec.types else 0,
            },
        ).result()
        if pattern is not None:
            pattern.close()
        if number:
            raise TableError("create", spec, number)
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
        return self._stride * self._connection.cpus

    def add(self, key: bytes | Descriptor, value: bytes, update: int = Update.ANY) -> None:
        """BPF_MAP_UPDATE_ELEM: E2BIG full, EEXIST, ENOENT. Without keys, a push."""
        self._done("add to", self.submit_add(key, value, update), Operation.UPDATE)

    def add_filter(self, key: bytes, filter_ref: Ref) -> None:
        """Put a loaded filter into a slot."""
        self._done("add to", self.submit_add_filter(key, filter_ref), Operation.UPDATE)

    def add_table(self, key: bytes, table: "Table", update: int = Update.ANY) -> None:
        """Put a table into a slot of an array or hash of tables."""
        later = self._submit("table_update", key, inner=table.ref.packed(), flags=int(update))
        self._done("add to", later, Operation.UPDATE)

    def add_descriptor(self, key: bytes, held: Descriptor, update: int = Update.ANY) -> None:
        """Put a socket, a cgroup or a perf event into a slot."""
        later = self._submit("table_update", key, descriptor=held.handle, flags=int(update))
        self._done("add to", later, Operation.UPDATE)

    def remove(self, key: bytes | Descriptor) -> None:
        """BPF_MAP_DELETE_ELEM: ENOENT if the key is not there."""
        self._done("remove from", self._submit("table_remove", key), Operation.DELETE)

    def lookup(self, key: bytes | Descriptor = b"", flags: int = 0) -> bytes | None:
        """BPF_MAP_LOOKUP_ELEM: the value, None if the key is not there. Without keys, a peek."""
        return self._value("look up in", "table_lookup", key, flags, Operation.LOOKUP)

    def take(self, key: bytes = b"", flags: int = 0) -> bytes | None:
        """BPF_MAP_LOOKUP_AND_DELETE_ELEM: the value, or None. Without keys, a pop."""
        return self._value("take from", "table_take", key, flags, Operation.TAKE)

    def may_hold(self, value: bytes) -> bool:
        """Whether a bloom_filter may hold that value; it never denies one that it does."""
        self._check("value", value, self.value_size)
        number = self._submit("table_lookup", b"", value=value).result()
        if number not in (0, errno.ENOENT):
            raise TableError("look up in", self.spec, number, Operation.LOOKUP)
        return number == 0

    def dump(self) -> Entries:
        """All keys and values, in the kernel's order; in batches where the type has them."""
        return self._reader().whole()

    def pages(self, *, take: bool = False) -> Iterator[Entries]:
        """The same page after page, for tables that do not fit into memory; or taking them out."""
        return self._reader().pages(take=take)

    def add_batch(self, entries: Sequence[tuple[bytes, bytes]], update: int = Update.ANY) -> None:
        """BPF_MAP_UPDATE_BATCH: many entries in one system call; those before a refused one stay.

        At most 32 MiB of keys and values at once.
        """
        for key, value in entries:
            self._check("key", key, self.spec.key_size)
            self._check("value", value, self.value_size)
        arguments: dict[str, object] = {
            "table": self.ref.packed(),
            "keys": b"".join(key for key, _ in entries),
            "values": b"".join(value for _, value in entries),
            "flags": int(update),
        }
        later = self._connection.submit("table_add_batch", _errno, arguments)
        self._done("add to", later, Operation.UPDATE_BATCH)

    def remove_batch(self, keys: Sequence[bytes]) -> None:
        """BPF_MAP_DELETE_BATCH; a hash passes over those that are not there."""
        for key in keys:
            self._check("key", key, self.spec.key_size)
        arguments: dict[str, object] = {"table": self.ref.packed(), "keys": b"".join(keys)}
        later = self._connection.submit("table_remove_batch", _errno, arguments)
        self._done("remove from", later, Operation.DELETE_BATCH)

    def freeze(self) -> None:
        """BPF_MAP_FREEZE: no system call changes it from now on; filters still do."""
        later = self._connection.submit("table_freeze", _errno, {"table": self.ref.packed()})
        self._done("freeze", later)

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of its memory, through mmap(2)."""
        arguments = {"table": self.ref.packed(), "offset": offset, "size": size}
        reply = self._connection.submit("table_read", _fields, arguments).result()
        if number := reply.errno():
            raise TableError("map", self.spec, number, Operation.MMAP)
        return reply.data("data")

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes of its memory, through mmap(2)."""
        arguments = {"table": self.ref.packed(), "offset": offset, "data": data}
        later = self._connection.submit("table_write", _errno, arguments)
        self._done("map", later, Operation.MMAP)

    def send(self, records: Sequence[bytes]) -> int:
        """Write records into a user_ringbuf, and how many found a place."""
        arguments: dict[str, object] = {"table": self.ref.packed(), "records": list(records)}
        reply = self._connection.submit("table_submit", _fields, arguments).result()
        number = reply.errno()
        if number not in (0, errno.ENOSPC):
            raise TableError("write records into", self.spec, number, Operation.MMAP)
        return reply.integer("count")

    def split(self, value: bytes) -> tuple[bytes, ...]:
        """The values of the CPUs out of one value of a per-CPU table."""
        self._check("value", value, self.value_size)
        starts = range(0, len(value), self._stride)
        return tuple(value[start : start + self.spec.value_size] for start in starts)

    def joined(self, values: Sequence[bytes]) -> bytes:
        """One value for a per-CPU table, out of one for each possible CPU."""
        for value in values:
            self._check("value", value, self.spec.value_size)
        return b"".join(value.ljust(self._stride, b"\0") for value in values)

    def submit_add(
        self, key: bytes | Descriptor, value: bytes, update: int = Update.ANY
    ) -> Later[int]:
        """Like `add`, without waiting; the result is the errno."""
        one = update & (Update.of_cpu(0) | Update.ALL_CPUS)
        self._check("value", value, self.spec.value_size if one else self.value_size)
        return self._submit("table_update", key, value=value, flags=int(update))

    def submit_add_filter(self, key: bytes, filter_ref: Ref) -> Later[int]:
        """Put a loaded filter into a slot of a prog_array; the result is the errno."""
        return self._submit("table_update", key, program=filter_ref.packed(), flags=0)

    def submit_dump(self, limit: int) -> Later[TableContents]:
        """The first `limit` entries, without waiting. A table without keys comes out empty."""
        request = self._reader().request(None, limit)
        return self._connection.submit("table_dump", self._read_contents, request)

    def close(self) -> None:
        """Let go of a table made with create(); one that an object brought goes with it."""
        self._connection.submit("close", _fields, {"handle": self.ref.handle}).result()

    @property
    def _stride(self) -> int:
        """How far the values of two CPUs are apart."""
        return (self.spec.value_size + 7) // 8 * 8

    def _reader(self) -> PageReader:
        return PageReader(self._connection, self.ref.packed(), self.spec, self.value_size)

    def _read_contents(self, reply: Fields) -> TableContents:
        entries: Entries = ()
        more = False
        if reply.errno() == 0:
            entries = read_entries(reply, self.spec.key_size, self.value_size)
            more = reply.boolean("more")
        return TableContents(self.name, self.spec.type, entries, truncated=more)

    def _submit(self, operation: str, key: bytes | Descriptor, **others: object) -> Later[int]:
        return self._connection.submit(operation, _errno, self._named(key, others))

    def _named(self, key: bytes | Descriptor, others: dict[str, object]) -> dict[str, object]:
        table = self.ref.packed()
        if isinstance(key, Descriptor):
            return {"table": table, "key_of": key.handle, **others}
        self._check("key", key, self.spec.key_size)
        return {"table": table, "key": key, **others}

    def _value(
        self, doing: str, request: str, key: bytes | Descriptor, flags: int, operation: Operation
    ) -> bytes | None:
        arguments = self._named(key, {"flags": int(flags)})
        reply = self._connection.submit(request, _fields, arguments).result()
        number = reply.errno()
        if number == errno.ENOENT:
            return None
        if number:
            raise TableError(doing, self.spec, number, operation)
        return reply.data("value")

    def _done(self, doing: str, later: Later[int], operation: Operation | None = None) -> None:
        if number := later.result():
            raise TableError(doing, self.spec, number, operation)

    def _check(self, what: str, data: bytes, wanted: int) -> None:
        if len(data) != wanted:
            raise UsageError(
                f"the {what} is {len(data)} bytes long, table {self.name} takes {wanted}",
                remedy=f"pack it to {wanted} bytes in the guest's byte order",
            )


def _errno(reply: Fields) -> int:
    return reply.errno()


def _fields(reply: Fields) -> Fields:
    return reply

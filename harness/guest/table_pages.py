"""A table page by page: what the agent's table_dump gives, cut into keys and values."""

import errno
from collections.abc import Iterator, Sequence

from harness.channels.fields import Fields
from harness.guest.later import Connection
from harness.guest.table_errors import TableError
from harness.values.errors import ProtocolError, UsageError
from harness.values.table_row import Operation
from harness.values.table_spec import TableSpec

Entries = tuple[tuple[bytes, bytes], ...]

# The agent's own bound for a page, beside 8 MiB.
_PAGE = 65536

# Some 600 bytes of the host's memory for each of these; larger tables are read page by page.
MAX_DUMP = 4_000_000

# A page may be empty, because keys without a value count too; a guest must not send them for ever.
_MAX_PAGES = 8192

# Of a table that changes faster than it is read, where the kernel wants the reader to begin anew.
_MAX_RESTARTS = 8


def read_entries(reply: Fields, key_size: int, value_size: int) -> Entries:
    """The entries of one page; raises ProtocolError for anything but whole ones."""
    keys, values = reply.data("keys"), reply.data("values")
    count = len(values) // value_size if value_size else 0
    if len(keys) != count * key_size or len(values) != count * value_size:
        raise ProtocolError(
            f"the agent's page of {len(keys)} bytes of keys and {len(values)} of values does not "
            f"fit keys of {key_size} bytes and values of {value_size}"
        )
    return tuple(zip(_cut(keys, key_size, count), _cut(values, value_size, count), strict=True))


def _cut(data: bytes, size: int, count: int) -> Sequence[bytes]:
    if not size:
        return [b""] * count
    return [data[at : at + size] for at in range(0, len(data), size)]


class PageReader:
    """Asks for the pages of one table."""

    def __init__(
        self, connection: Connection, table: list[object], spec: TableSpec, value_size: int
    ) -> None:
        """`table` is how the agent knows it; `value_size` what user space sees of a value."""
        self._connection = connection
        self._table = table
        self._spec = spec
        self._value_size = value_size

    def whole(self) -> Entries:
        """All of it at once; raises TableError, UsageError for more than MAX_DUMP entries."""
        if self._spec.entries > MAX_DUMP:
            raise UsageError(
                f"table {self._spec.name} may have {self._spec.entries} entries, a dump at most "
                f"{MAX_DUMP}",
                remedy="read it with pages()",
            )
        for _ in range(_MAX_RESTARTS):
            try:
                return tuple(entry for page in self.pages() for entry in page)
            except TableError as error:
                # A batch of an rhash went on from a key that is gone.
                if error.errno != errno.EAGAIN:
                    raise
        raise TableError("dump", self._spec, errno.EAGAIN, Operation.LOOKUP)

    def pages(self, *, take: bool = False) -> Iterator[Entries]:
        """Page after page; with `take` what is read is removed: lookup_and_delete_batch.

        Ends with TableError EAGAIN where entries that change make it begin again and again.
        """
        cursor: bytes | None = None
        taken = 0
        most = 2 * max(self._spec.entries, _PAGE)
        for _ in range(_MAX_PAGES):
            reply = self._connection.submit(
                "table_dump", lambda reply: reply, self.request(cursor, _PAGE, take=take)
            ).result()
            if number := reply.errno():
                operation = Operation.TAKE_BATCH if take else Operation.NEXT
                raise TableError("dump", self._spec, number, operation)
            entries = read_entries(reply, self._spec.key_size, self._value_size)
            yield entries
            taken += len(entries)
            if not reply.boolean("more"):
                return
            if taken > most:
                break
            cursor = reply.data("cursor")
        raise TableError("dump", self._spec, errno.EAGAIN)

    def request(self, cursor: bytes | None, limit: int, *, take: bool = False) -> dict[str, object]:
        """The arguments that ask for one page."""
        return {"table": self._table, "cursor": cursor, "limit": limit, "take": take}

"""Records that filters write into a ring or a perf buffer, streamed back as they come."""

from dataclasses import dataclass
from itertools import accumulate, chain

from harness.channels.fields import Fields
from harness.guest.later import Connection
from harness.guest.table_errors import TableError
from harness.guest.tables import Table
from harness.values.errors import UsageError
from harness.values.table_row import Operation, TableRow
from harness.values.table_rows import TABLE_ROWS

# A filter that writes for every packet must not fill the host's memory.
MAX_RECORDS = 1_000_000
MAX_BYTES = 256 * 1024 * 1024

# Of the perf buffer of each CPU.
PAGES = 64


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """What the agent has counted when a stream ends."""

    records: int
    lost: int


class RecordStream:
    """The records of one ringbuf or perf_event_array while they are read.

    The kernel counts what a full perf buffer loses; a full ring says so only to the filter, whose
    bpf_ringbuf_reserve() or bpf_ringbuf_output() fails. A record of a perf buffer ends in null
    bytes up to a length of 8 n + 4: perf_event_output() in kernel/events/core.c. Use as a context
    manager, or call stop().
    """

    def __init__(self, connection: Connection, handle: int) -> None:
        self._connection = connection
        self._handle = handle
        self._waiting: list[tuple[int | None, tuple[bytes, ...]]] = []
        self._count = self._bytes = 0
        self.lost = 0
        """Records that the kernel had no place for; only a perf buffer counts them."""

        self.dropped = 0
        """Records that came when MAX_RECORDS or MAX_BYTES unread ones were waiting already."""

        self.end: StreamEnd | None = None

    def records(self) -> tuple[bytes, ...]:
        """Those that have arrived since the last call."""
        return tuple(chain.from_iterable(records for _, records in self.by_cpu()))

    def by_cpu(self) -> tuple[tuple[int | None, tuple[bytes, ...]], ...]:
        """The same with the CPU that they were written on, None for a ring's."""
        taken = tuple(self._waiting)
        self._waiting.clear()
        self._count = self._bytes = 0
        return taken

    def wait(self, seconds: float) -> tuple[bytes, ...]:
        """Wait for records, at most that long; those that came."""
        if not self._waiting:
            self._connection.client.pump(seconds)
        return self.records()

    def stop(self) -> tuple[bytes, ...]:
        """End the stream; all written before this call that were not taken yet.

        A second call only takes what is left.
        """
        self.finish()
        return self.records()

    def finish(self) -> None:
        """End the stream and leave what has come to be taken."""
        if self.end is None:
            later = self._connection.submit("stream_stop", _read_end, {"stream": self._handle})
            self.end = later.result()

    def take(self, event: Fields) -> None:
        """One event of this stream."""
        self.lost += event.integer("lost")
        records = event.all_data("records")
        room = MAX_RECORDS - self._count
        size = sum(map(len, records))
        if len(records) > room or self._bytes + size > MAX_BYTES:
            kept = _that_fit(records[:room], MAX_BYTES - self._bytes)
            self.dropped += len(records) - len(kept)
            records, size = kept, sum(map(len, kept))
        if records:
            self._waiting.append((event.integer_or_none("cpu"), records))
        self._count += len(records)
        self._bytes += size

    def __enter__(self) -> "RecordStream":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self.stop()


class Streams:
    """All streams of one guest: an event has one listener, and names the stream it is of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._running: dict[int, RecordStream] = {}
        connection.client.listen("records", self._take)

    def start(self, table: Table, *, pages: int) -> RecordStream:
        """Begin to read a table's records; raises TableError, UsageError if it has none."""
        number = table.spec.type
        if number >= len(TABLE_ROWS) or not _is_read(TABLE_ROWS[number]):
            kinds = " ".join(row.name for row in TABLE_ROWS if _is_read(row))
            raise UsageError(
                f"table {table.name} is of type {table.spec.type_name}: it has no records to read",
                remedy=f"records are those of: {kinds}",
            )
        handle = self._connection.new_handle()
        stream = RecordStream(self._connection, handle)
        self._running[handle] = stream
        errno = self._connection.submit(
            "stream_start",
            lambda reply: reply.errno(),
            {"as": handle, "table": table.ref.packed(), "pages": pages},
        ).result()
        if errno:
            del self._running[handle]
            raise TableError("read records of", table.spec, errno, Operation.CONSUME)
        return stream

    def _take(self, event: Fields) -> None:
        # One that ended with everything else, by reset(), may still have been heard of.
        stream = self._running.get(event.integer("stream"))
        if stream is not None:
            stream.take(event)


def _that_fit(records: tuple[bytes, ...], room: int) -> tuple[bytes, ...]:
    """The first ones, up to so many bytes."""
    ends = accumulate(map(len, records))
    return records[: sum(end <= room for end in ends)]


def _is_read(row: TableRow) -> bool:
    return row.has(Operation.CONSUME)


def _read_end(reply: Fields) -> StreamEnd:
    return StreamEnd(reply.integer("records"), reply.integer("lost"))

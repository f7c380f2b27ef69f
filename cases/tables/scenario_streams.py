# SPDX-License-Identifier: GPL-2.0-only
"""Records from filters to user space and back: none is lost that was not counted as lost.

kernel/bpf/ringbuf.c, perf_event_output() in kernel/events/core.c.
"""

from harness.scenario import Bench, LoadedObject, LoadOptions, RecordStream, refusal, scenario
from harness.values.deadline import Deadline

PACKET = bytes(64)
WRITTEN, REFUSED = 0, 1
RUN = ("write_ring", "write_other_ring", "discard_half", "write_large", "write_perf")


def load(bench: Bench, *filters: str) -> LoadedObject:
    """The filters that are run from here, or those that are named."""
    return bench.load("streams.c", LoadOptions(filters=filters or RUN))


def count(bench: Bench, loaded: LoadedObject, slot: int) -> int:
    held = loaded.tables["counts"].lookup(bench.u32(slot))
    assert held is not None
    return bench.number(held)


def numbers(bench: Bench, records: tuple[bytes, ...]) -> list[int]:
    """What the records begin with."""
    return [bench.number(record[:8]) for record in records]


def all_of(stream: RecordStream, wanted: int) -> tuple[bytes, ...]:
    """That many records, or those that came in time."""
    found: tuple[bytes, ...] = ()
    deadline = Deadline.after(20)
    while len(found) < wanted and not deadline.expired:
        found += stream.wait(0.5)
    return found


@scenario(needs="ringbuf")
def ring_gives_records_in_their_order(bench: Bench) -> None:
    loaded = load(bench)
    stream = bench.guest.stream(loaded.tables["ring"])
    loaded.filters["write_ring"].run(PACKET, repeat=500)

    records = all_of(stream, 500)

    assert numbers(bench, records) == list(range(500))
    wanted = bench.u64(499) + bytes([1] * 8) + bench.u64(-500)
    assert records[499] == wanted
    assert stream.stop() == ()
    assert stream.end is not None
    assert (stream.end.records, stream.end.lost) == (500, 0)


@scenario(modes="interp jit", needs="ringbuf")
def full_ring_tells_the_filter(bench: Bench) -> None:
    """The kernel counts nothing: what the filter saw refused is all that is missing."""
    loaded = load(bench)
    loaded.filters["write_ring"].run(PACKET, repeat=5000)
    written, refused = count(bench, loaded, WRITTEN), count(bench, loaded, REFUSED)
    assert written + refused == 5000
    assert refused > 0

    # The ring was filled before anybody read.
    stream = bench.guest.stream(loaded.tables["ring"])
    records = stream.stop()

    assert numbers(bench, records) == list(range(written))
    assert stream.lost == 0


@scenario(modes="interp jit", needs="ringbuf")
def ring_goes_round(bench: Bench) -> None:
    """Ten times as much as it holds, read between: the numbers have no gap."""
    loaded = load(bench)
    found: list[int] = []
    with bench.guest.stream(loaded.tables["ring"]) as stream:
        for _ in range(20):
            loaded.filters["write_ring"].run(PACKET, repeat=1000)
            found += numbers(bench, all_of(stream, 1000))
    assert count(bench, loaded, REFUSED) == 0
    assert found == list(range(20_000))


@scenario(modes="interp jit", needs="ringbuf")
def discarded_records_do_not_come(bench: Bench) -> None:
    loaded = load(bench)
    with bench.guest.stream(loaded.tables["ring"]) as stream:
        loaded.filters["discard_half"].run(PACKET, repeat=100)
        records = stream.stop()

    assert numbers(bench, records) == list(range(0, 100, 2))


@scenario(modes="interp jit", needs="ringbuf")
def record_of_a_quarter_of_the_ring(bench: Bench) -> None:
    loaded = load(bench)
    with bench.guest.stream(loaded.tables["ring"]) as stream:
        for _ in range(8):
            assert loaded.filters["write_large"].run(PACKET).retval == 0
            (record,) = all_of(stream, 1)
            assert record == b"\1" + bytes(16382) + b"\2"


@scenario(modes="interp jit", needs="ringbuf")
def two_rings_are_read_at_once(bench: Bench) -> None:
    """Each stream has its own records, and ends alone."""
    loaded = load(bench)
    one = bench.guest.stream(loaded.tables["ring"])
    two = bench.guest.stream(loaded.tables["other_ring"])
    loaded.filters["write_ring"].run(PACKET, repeat=10)
    loaded.filters["write_other_ring"].run(PACKET, repeat=5)

    assert [bench.number(record) for record in two.stop()] == list(range(10, 15))
    loaded.filters["write_ring"].run(PACKET, repeat=1)
    assert numbers(bench, one.stop()) == [*range(10), 15]


@scenario(modes="interp jit", needs="perf_event_array ringbuf")
def perf_buffer_gives_records_with_their_cpu(bench: Bench) -> None:
    """24 bytes and 4 of length make 28, which is padded to 32: the record is 28 bytes long."""
    loaded = load(bench)
    stream = bench.guest.stream(loaded.tables["perf"])
    loaded.filters["write_perf"].run(PACKET, repeat=100)

    records = stream.stop()

    assert sorted(numbers(bench, records)) == list(range(100))
    assert {record[8:24] for record in records} == {bench.u64(5) + bench.u64(6)}
    assert {len(record) for record in records} == {28}
    assert stream.lost == 0


@scenario(modes="interp jit", needs="perf_event_array ringbuf")
def full_perf_buffer_counts_what_it_loses(bench: Bench) -> None:
    """PERF_RECORD_LOST: what came and what was lost is what was written."""
    loaded = load(bench, *RUN, "write_perf_of_cpu")
    stream = bench.guest.stream(loaded.tables["perf"], pages=1)
    loaded.filters["write_perf"].run(PACKET, repeat=20_000)
    came = len(stream.wait(0.5))
    # A CPU's loss is told before its next record that has a place.
    for cpu in range(bench.guest.identity.cpus):
        came += len(stream.wait(0.1))
        assert loaded.filters["write_perf_of_cpu"].run(cpu=cpu).retval == 0
    came += len(stream.stop())

    assert stream.lost > 0
    written = count(bench, loaded, WRITTEN)
    assert written == 20_000 + bench.guest.identity.cpus
    assert came + stream.lost == written, f"{came} came and {stream.lost} were lost"


@scenario(modes="interp jit", needs="ringbuf atomics")
def ring_is_read_while_filters_write(bench: Bench) -> None:
    """System calls of two tasks, among them those that read: all that were not refused come."""
    loaded = load(bench, "write_calls")
    with bench.guest.stream(loaded.tables["ring"]) as stream:
        link = loaded.filters["write_calls"].attach("raw_tp/sys_enter")
        busy = "i=0; while [ $i -lt 2000 ]; do echo; i=$((i+1)); done > /dev/null"
        works = [bench.guest.shell(busy) for _ in range(2)]
        assert [work.wait() for work in works] == [0, 0]
        link.detach()
        records = stream.stop()

    written, refused = count(bench, loaded, WRITTEN), count(bench, loaded, REFUSED)
    assert written + refused >= 4000
    assert sorted(numbers(bench, records)) == list(range(written))


@scenario(modes="jit jit-harden", needs="user_ringbuf bpf-to-bpf")
def filter_reads_what_user_space_sends(bench: Bench) -> None:
    """bpf_user_ringbuf_drain(): as many as are there, each once."""
    loaded = bench.load("user_ring.c")
    ring, sums, drain = loaded.tables["ring"], loaded.tables["sums"], loaded.filters["drain"]
    assert drain.run(PACKET).retval == 0
    assert ring.send([bench.u32(number) for number in range(100)]) == 100
    assert drain.run(PACKET).retval == 100
    assert drain.run(PACKET).retval == 0
    assert sums.lookup(bench.u32(0)) == bench.u64(4950)
    assert sums.lookup(bench.u32(1)) == bench.u64(400)


@scenario(modes="jit", needs="user_ringbuf bpf-to-bpf")
def full_user_ring_takes_no_more(bench: Bench) -> None:
    """Records of 4 bytes take 16 of 65536; drained, there is place again."""
    loaded = bench.load("user_ring.c")
    ring, drain = loaded.tables["ring"], loaded.filters["drain"]
    taken = ring.send([bench.u32(1)] * 5000)
    assert taken == 4096
    assert drain.run(PACKET).retval == 4096

    assert ring.send([bench.u32(1)] * 10) == 10
    assert refusal(ring.dump) == 524

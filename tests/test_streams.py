"""harness.guest.streams: records by stream, what is lost and what is dropped, on a fake agent."""

from pathlib import Path
from typing import Any

import pytest

import harness.guest.streams
from harness.channels.fields import Fields
from harness.guest.guest import Guest
from harness.guest.table_errors import TableError
from harness.guest.tables import Table
from harness.values.errors import ProtocolError, UsageError
from harness.vm.fake import FakeVm


def guest(**handlers: Any) -> Guest:  # noqa: ANN401 - handlers of any kind
    serving = {
        "table_create": lambda request: {"errno": 0},
        "stream_start": lambda request: {"errno": 0},
        "stream_stop": lambda request: {"records": 3, "lost": 2},
        **handlers,
    }
    return Guest(FakeVm(Path("/dev/null"), serving), timeout_s=0.2)


def ring(guest: Guest, kind: str = "ringbuf") -> Table:
    return guest.table("ring", type=kind, entries=4096, key_size=0, value_size=0)


def event(stream: int, *records: bytes, lost: int = 0, cpu: int | None = None) -> Fields:
    return Fields({"stream": stream, "cpu": cpu, "lost": lost, "records": list(records)})


def deliver(guest: Guest, arrived: Fields) -> None:
    guest.connection.client._listeners["records"](arrived)


def test_records_go_to_their_own_stream() -> None:
    """Handles are given in order: two tables, then two streams."""
    there = guest()
    one, two = (there.stream(table) for table in (ring(there), ring(there)))
    first, second = one._handle, two._handle

    deliver(there, event(first, b"a"))
    deliver(there, event(second, b"b"))
    deliver(there, event(first, b"c"))

    assert (one.records(), two.records()) == ((b"a", b"c"), (b"b",))
    assert one.records() == ()


def test_an_event_of_a_stream_that_nobody_has_is_passed_over() -> None:
    """It may have been under way when everything was reset."""
    there = guest()
    stream = there.stream(ring(there))

    deliver(there, event(4000, b"a"))

    assert stream.records() == ()


def test_losses_of_all_cpus_are_added_and_records_know_theirs() -> None:
    there = guest()
    stream = there.stream(ring(there, "perf_event_array"))

    deliver(there, event(stream._handle, b"a", lost=3, cpu=0))
    deliver(there, event(stream._handle, b"b", b"c", lost=4, cpu=1))

    assert stream.lost == 7
    assert stream.by_cpu() == ((0, (b"a",)), (1, (b"b", b"c")))
    assert stream.records() == ()


def test_what_nobody_takes_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by number nor by size; what is taken makes room."""
    monkeypatch.setattr(harness.guest.streams, "MAX_RECORDS", 3)
    monkeypatch.setattr(harness.guest.streams, "MAX_BYTES", 10)
    there = guest()
    stream = there.stream(ring(there))

    deliver(there, event(stream._handle, b"1234", b"5678", b"too long"))
    assert stream.dropped == 1
    deliver(there, event(stream._handle, b"9", b"0", b"1"))
    assert stream.dropped == 3
    deliver(there, event(stream._handle, b""))
    assert stream.dropped == 4

    assert stream.records() == (b"1234", b"5678", b"9")
    deliver(there, event(stream._handle, b"too long"))
    assert stream.records() == (b"too long",)


def test_a_stream_ends_once_and_says_what_was_counted() -> None:
    stops: list[int] = []

    def stop(request: dict[str, Any]) -> dict[str, Any]:
        stops.append(request["stream"])
        return {"records": 3, "lost": 2}

    there = guest(stream_stop=stop)
    with there.stream(ring(there)) as stream:
        stream.stop()

    assert stops == [stream._handle]
    assert stream.end == harness.guest.streams.StreamEnd(records=3, lost=2)


@pytest.mark.parametrize("kind", ["hash", "user_ringbuf", "queue"])
def test_a_table_without_records_is_refused_with_those_that_have_them(kind: str) -> None:
    there = guest()

    with pytest.raises(UsageError, match=f"table ring is of type {kind}: it has no rec") as caught:
        there.stream(ring(there, kind))
    assert "perf_event_array ringbuf" in (caught.value.remedy or "")


def test_a_refusal_of_the_kernel_carries_its_errno() -> None:
    there = guest(stream_start=lambda request: {"errno": 12})

    with pytest.raises(TableError, match=r"cannot read records of table ring: .*ENOMEM") as caught:
        there.stream(ring(there))
    assert caught.value.errno == 12


@pytest.mark.parametrize("bad", [{"records": 5}, {"records": ["text"]}, {"lost": "many"}])
def test_an_event_that_makes_no_sense_is_a_protocol_error(bad: dict[str, Any]) -> None:
    there = guest()
    stream = there.stream(ring(there))
    good: dict[str, Any] = {"stream": stream._handle, "cpu": None, "lost": 0, "records": []}

    with pytest.raises(ProtocolError):
        deliver(there, Fields(good | bad))

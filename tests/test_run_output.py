"""harness.cli.run_output: what filters say, as text and as JSON lines, from a fake agent."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.channels.fields import Fields
from harness.cli.run_output import RunOutput
from harness.guest.filters import Filter
from harness.guest.guest import Guest
from harness.guest.tables import Ref, Table
from harness.values.arch import ByteOrder
from harness.values.observation import LoadObservation
from harness.values.table_spec import TABLE_TYPES, TableOrigin, TableSpec
from harness.vm.fake import FakeVm


class FakeObject:
    """A loaded object of which only the tables matter, and filters that are put into it."""

    def __init__(self, tables: list[Table]) -> None:
        self.tables = {table.name: table for table in tables}
        self.filters: dict[str, Filter] = {}


def session(
    *,
    as_json: bool,
    dump: dict[str, Any] | None = None,
    origin: TableOrigin = TableOrigin.DEFINED,
    name: str = "counts",
) -> tuple[Guest, RunOutput]:
    """A hash of one entry and a perf buffer."""
    page = {"errno": 0, "keys": b"\x05\0\0\0", "values": b"\x07\0\0\0", "more": False}
    handlers = {
        "table_create": lambda request: {"errno": 0},
        "table_dump": lambda request: page if dump is None else dump,
        "stream_start": lambda request: {"errno": 0},
        "stream_stop": lambda request: {"records": 1, "lost": 2},
        "attach": lambda request: {"errno": 0, "message": b""},
        "iterate": lambda request: {"errno": 0, "text": b"task 1\ntask 2 \x1b[2J\n"},
        "trace_start": lambda request: {"errno": 0},
        "trace_stop": lambda request: {"lines": 1},
    }
    guest = Guest(FakeVm(Path("/dev/null"), handlers), timeout_s=0.2)
    counts = guest.table(name, entries=4, key_size=4, value_size=4)
    perf = guest.table("perf", entries=2, key_size=4, value_size=4, type="perf_event_array")
    specs = [TableSpec(name, TABLE_TYPES.index("hash"), 4, 4, 4, origin=origin)]
    loaded: Any = FakeObject([counts, perf])
    return guest, RunOutput(guest, loaded, specs, ByteOrder.LITTLE, as_json=as_json)


def say(guest: Guest) -> None:
    """A trace line and a record, and two that were lost."""
    listeners = guest.connection.client._listeners
    listeners["trace"](Fields({"lines": [b"a-1 [000] bpf_trace_printk: x\x1b[2J\n"]}))
    handle = next(iter(guest._streams._running))
    record = {"stream": handle, "cpu": 1, "lost": 2, "records": [b"\x01\x02"]}
    listeners["records"](Fields(record))


def test_lines_records_and_entries_are_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    guest, output = session(as_json=False)
    say(guest)

    output.stop()
    output.print_tables()

    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "a-1 [000] bpf_trace_printk: x\\x1b[2J",
        "record of perf: 0102",
        "table counts (hash, 1 entry)",
        "  5 = 7",
    ]
    assert "2 records of table perf were lost" in shown.err


def test_for_programs_every_line_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    guest, output = session(as_json=True)
    say(guest)

    output.stop()
    output.print_tables()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"trace": "a-1 [000] bpf_trace_printk: x\x1b[2J"},
        {"table": "perf", "cpu": 1, "record": "0102"},
        {"table": "counts", "type": "hash", "key": 5, "value": 7},
    ]


@pytest.mark.parametrize(
    ("as_json", "second"),
    [
        (False, "task 2 \\x1b[2J"),
        (True, json.dumps({"iterator": "walks", "line": "task 2 \x1b[2J"})),
    ],
)
def test_what_iterators_print_is_printed(
    as_json: bool, second: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, line by line; other filters have nothing to be read."""
    guest, output = session(as_json=as_json)
    walks = Filter(guest.connection, Ref(9, "walks"), "iter/task", LoadObservation(0, ""))
    enters = Filter(guest.connection, Ref(9, "enters"), "raw_tp/sys_enter", LoadObservation(0, ""))
    walks.attach()
    enters.attach()
    output._loaded.filters.update(walks=walks, enters=enters)

    output.print_iterators()

    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2
    assert shown[1] == second


def test_a_table_that_cannot_be_listed_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    _, output = session(as_json=False, dump={"errno": 22})

    output.print_tables()

    shown = capsys.readouterr()
    assert (shown.out, "table counts (hash) has no entries" in shown.err) == ("", True)


def test_constants_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _, output = session(as_json=False, origin=TableOrigin.RODATA)

    output.print_tables()

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", [".kconfig", "__bpf_usdt_specs", "__bpf_usdt_ip_to_spec_id"])
def test_tables_of_libbpf_are_not_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, output = session(as_json=False, name=name)

    output.print_tables()

    assert capsys.readouterr().out == ""

"""harness.reports.table_text and the events of `bpf-harness run`."""

import pytest

from harness.cli.run_file import parse_events
from harness.reports.table_text import format_table
from harness.values.arch import ByteOrder
from harness.values.errors import UsageError
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.table_spec import TABLE_TYPES, TableSpec


def spec(kind: str, value_size: int = 8) -> TableSpec:
    return TableSpec("counts", TABLE_TYPES.index(kind), 4, value_size, 8)


def test_numbers_are_shown_in_the_guests_byte_order() -> None:
    entry = (b"\0\0\0\1", b"\0\0\0\0\0\0\0\7")

    lines = list(format_table(spec("hash"), [entry], ByteOrder.BIG))

    assert lines == ["table counts (hash, 1 entry)", "  1 = 7"]


def test_what_is_no_number_is_shown_in_hex() -> None:
    entry = (b"\1\0\0\0", b"abc")

    lines = list(format_table(spec("hash", 3), [entry], ByteOrder.LITTLE))

    assert lines[1] == "  1 = 616263"


def test_a_per_cpu_table_shows_one_value_for_each_cpu() -> None:
    """The kernel rounds each CPU's value up to 8 bytes; the padding is not shown."""
    entry = (b"\1\0\0\0", b"\5\0\0\0\xff\xff\xff\xff\6\0\0\0\xff\xff\xff\xff")

    lines = list(format_table(spec("percpu_array", 4), [entry], ByteOrder.LITTLE))

    assert lines[1] == "  1 = 5 | 6"


def test_a_large_table_is_cut_and_says_so() -> None:
    entries = [(number.to_bytes(4, "little"), bytes(8)) for number in range(1005)]

    lines = list(format_table(spec("hash"), entries, ByteOrder.LITTLE))

    assert (len(lines), lines[-1]) == (1002, "  … and 5 more")


def test_one_filter_may_have_many_events() -> None:
    events = parse_events(["f=kprobe/do_exit", "f=raw_tp/sys_enter"])

    assert events == {
        "f": (Event(EventKind.KPROBE, "do_exit"), Event(EventKind.RAW_TRACEPOINT, "sys_enter"))
    }


@pytest.mark.parametrize("word", ["f", "=kprobe/x", "f=", "f=nothing/x"])
def test_an_event_of_another_form_is_refused_with_an_example(word: str) -> None:
    with pytest.raises(UsageError, match=r"FILTER=EVENT|write one of"):
        parse_events([word])

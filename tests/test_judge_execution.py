"""Rules of judging what an accepted filter did: run, output, tables, trace lines."""

from dataclasses import replace

import pytest

from harness.formats.pattern import parse_pattern
from harness.judge.filter import FilterExpectation, judge_filter
from harness.values.arch import ByteOrder
from harness.values.byte_template import parse_byte_template
from harness.values.expectation import (
    Expectation,
    LoadExpectation,
    Retval,
    TableCount,
    TableEntry,
)
from harness.values.mode import Mode
from harness.values.observation import Observation, RunObservation, TableContents
from harness.values.verdict import Outcome, Verdict
from tests.judging import ACCEPTED, judge

_HASH, _PERCPU_ARRAY = 1, 6


def _run(retval: int = 0, *, errno: int = 0, data_out: bytes = b"") -> Observation:
    return Observation(ACCEPTED, RunObservation(errno, retval, data_out))


def _tables(*tables: TableContents) -> Observation:
    return replace(_run(), tables=tables)


def _counts(*entries: tuple[bytes, bytes], truncated: bool = False) -> TableContents:
    return TableContents("counts", _HASH, entries, truncated)


def _entry(value: str) -> TableEntry:
    return TableEntry("counts", parse_byte_template("u32:1"), parse_byte_template(value))


@pytest.mark.parametrize(
    ("expected", "seen", "reason"),
    [
        (Retval(4), _run(5), "retval 5, expected 4 (0x5 != 0x4)"),
        (Retval(0), _run(0xFFFFFFEA), "retval -22, expected 0 (0xffffffea != 0x0)"),
        (Retval(-22), _run(22), "retval 22, expected -22 (0x16 != 0xffffffea)"),
        (
            Retval(0xFFFFFFFF),
            _run(0xFFFFFFEA),
            "retval 4294967274, expected 4294967295 (0xffffffea != 0xffffffff)",
        ),
        (Retval(0), _run(errno=524), "the test run was refused with ENOTSUPP"),
        (Retval(0, any_value=True), _run(errno=22), "the test run was refused with EINVAL"),
        (Retval(0), Observation(ACCEPTED), "was not run"),
    ],
)
def test_a_run_that_differs_fails_in_one_exact_line(
    expected: Retval, seen: Observation, reason: str
) -> None:
    """Both as a person writes it and as the register holds it."""
    verdict = judge(LoadExpectation(retval=expected), seen)

    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, reason)


@pytest.mark.parametrize(
    ("expected", "retval"),
    [(Retval(4), 4), (Retval(-22), 0xFFFFFFEA), (Retval(0, any_value=True), 0xBAD)],
)
def test_a_run_as_expected_passes(expected: Retval, retval: int) -> None:
    """Return values are compared as 32 bits."""
    assert judge(LoadExpectation(retval=expected), _run(retval)) == Verdict(
        Outcome.PASSED, "accepted and ran as expected"
    )


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (b"\x01\x02\x03\x04", None),
        (b"\x01\x02\x00\x04", "data out differs at byte 2: 0x00, expected 0x03"),
        (b"\x01\x02\x03", "data out has 3 bytes, expected 4"),
        (b"", "data out has 0 bytes, expected 4"),
    ],
)
def test_output_data_is_compared_to_the_byte(seen: bytes, reason: str | None) -> None:
    """And the first byte that differs is named."""
    expected = parse_byte_template("hex:01020304")
    verdict = judge(LoadExpectation(), _run(data_out=seen), whole=Expectation(data_out=expected))

    assert verdict.reason == (reason or "accepted and ran as expected")
    if reason is not None:
        shown = seen.hex(" ") or "nothing"
        assert verdict.evidence == ("expected: 01 02 03 04", f"seen:     {shown}")


def test_of_long_output_the_part_that_differs_is_shown() -> None:
    """Not four thousand bytes of hex."""
    seen = bytes(100) + b"\x01" + bytes(3000)
    verdict = judge(
        LoadExpectation(),
        _run(data_out=seen),
        whole=Expectation(data_out=parse_byte_template("zero:3101")),
    )

    assert verdict.reason == "data out differs at byte 100: 0x01, expected 0x00"
    assert verdict.evidence[1].startswith("seen:     (from byte 92) 00 00 00 00 00 00 00 00 01 00")
    assert verdict.evidence[1].endswith(" …")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (_counts((b"\1\0\0\0", b"\7\0\0\0")), None),
        (
            _counts((b"\1\0\0\0", b"\x08\0\0\0")),
            "table counts[u32:1] is 08 00 00 00, expected 07 00 00 00",
        ),
        (_counts((b"\2\0\0\0", b"\7\0\0\0")), "table counts has no key u32:1"),
        (
            _counts((b"\2\0\0\0", b"\7\0\0\0"), truncated=True),
            "table counts has no key u32:1 among the first 1",
        ),
        (None, "table counts cannot be read"),
    ],
)
def test_an_entry_must_be_there_with_its_value(
    table: TableContents | None, reason: str | None
) -> None:
    """The evidence is what the table holds instead."""
    seen = _tables() if table is None else _tables(table)
    verdict = judge(LoadExpectation(), seen, whole=Expectation(entries=(_entry("u32:7"),)))

    assert verdict.reason == (reason or "accepted and ran as expected")
    if reason is not None and table is not None:
        key, value = table.entries[0]
        assert verdict.evidence == ("table counts:", f"{key.hex(' ')} = {value.hex(' ')}")


def test_values_of_whole_words_follow_each_other_without_a_gap() -> None:
    """Nothing has to be rounded up."""
    table = TableContents("counts", _PERCPU_ARRAY, ((b"\1\0\0\0", bytes(8) + b"\7" + bytes(7)),))
    whole = Expectation(entries=(_entry("u64:7"),))

    assert judge(LoadExpectation(), _tables(table), whole=whole).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        (b"\7\0\0\0" + bytes(4) + bytes(8), True),
        (bytes(8) + b"\7\0\0\0" + bytes(4), True),
        (bytes(16), False),
        (bytes(4) + b"\7\0\0\0" + bytes(8), False),
    ],
)
def test_of_a_per_cpu_table_any_cpu_may_have_the_value(value: bytes, passes: bool) -> None:
    """The kernel chooses the CPU; each value begins at a multiple of 8 bytes."""
    table = TableContents("counts", _PERCPU_ARRAY, ((b"\1\0\0\0", value),))
    verdict = judge(
        LoadExpectation(), _tables(table), whole=Expectation(entries=(_entry("u32:7"),))
    )

    assert (verdict.outcome is Outcome.PASSED) == passes


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (_counts((b"\1", b"")), None),
        (_counts(), "table counts has 0 entries, expected 1"),
        (_counts((b"\1", b""), truncated=True), "table counts has more than 1 entries"),
        (None, "table counts cannot be read"),
    ],
)
def test_entries_are_counted(table: TableContents | None, reason: str | None) -> None:
    """A table that was not read whole has not been counted."""
    seen = _tables() if table is None else _tables(table)
    verdict = judge(LoadExpectation(), seen, whole=Expectation(counts=(TableCount("counts", 1),)))

    assert verdict.reason == (reason or "accepted and ran as expected")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("one", "two", "three"), None),
        (("two", "one"), "trace line 2 of 2 not found after 'one': 't{{w|h}}'"),
        (("x",), "trace line 1 of 2 not found: 'one'"),
        ((), "trace line 1 of 2 not found: 'one'"),
        (("one two",), "trace line 2 of 2 not found after 'one': 't{{w|h}}'"),
    ],
)
def test_trace_lines_come_in_order(lines: tuple[str, ...], reason: str | None) -> None:
    """Each pattern has a line of its own."""
    patterns = (parse_pattern("one"), parse_pattern("t{{w|h}}"))
    seen = replace(_run(), trace=lines)
    verdict = judge(LoadExpectation(), seen, whole=Expectation(trace=patterns))

    assert verdict.reason == (reason or "accepted and ran as expected")
    if reason is not None:
        assert verdict.evidence == (lines or ("no trace line was printed",))


def test_lines_that_were_read_come_in_order() -> None:
    """What an iterator prints is judged like trace lines, and is not mistaken for them."""
    whole = Expectation(reads=(parse_pattern("one"), parse_pattern("two")))
    seen = replace(_run(), lines=("one", "one two"), trace=("x",))

    assert judge(LoadExpectation(), seen, whole=whole).outcome is Outcome.PASSED
    assert judge(LoadExpectation(), replace(seen, lines=("one",)), whole=whole).reason == (
        "line 2 of 2 not found after 'one': 'two'"
    )


def test_values_are_in_the_byte_order_of_the_guest() -> None:
    """The same annotation holds on s390x."""
    load = LoadExpectation()
    whole = Expectation(privileged=load, entries=(_entry("u32:7"),))
    expected = FilterExpectation(whole, load, Mode.JIT, ByteOrder.BIG)

    verdict = judge_filter(expected, _tables(_counts((b"\0\0\0\1", b"\0\0\0\7"))))

    assert verdict.outcome is Outcome.PASSED

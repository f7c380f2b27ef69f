"""Rules of ballots: the same on machines of both byte orders where the case says how to read."""

from dataclasses import replace

import pytest

from harness.judge.ballot import cast_ballot
from harness.values.arch import ByteOrder
from harness.values.ballot import Ballot, Fact
from harness.values.byte_template import parse_byte_template
from harness.values.expectation import (
    Expectation,
    LoadExpectation,
    Overlay,
    Retval,
    TableEntry,
)
from harness.values.layout import Layout
from harness.values.observation import (
    LoadObservation,
    Observation,
    RunObservation,
    TableContents,
)
from harness.values.release import ReleaseRange
from harness.values.table_spec import TableSpec

BOTH = (ByteOrder.LITTLE, ByteOrder.BIG)
HASH, PERCPU_ARRAY, PROG_ARRAY = 1, 6, 3


def number(value: int, size: int, order: ByteOrder) -> bytes:
    return value.to_bytes(size, order.value)


def entry(table: str, key: str, value: str) -> TableEntry:
    return TableEntry(table, parse_byte_template(key), parse_byte_template(value))


def observed(*tables: TableContents, **run: object) -> Observation:
    seen = replace(RunObservation(0, 7), **run)  # type: ignore[arg-type]  # fields by name
    return Observation(LoadObservation(0, ""), seen, tables)


def cast(
    order: ByteOrder, seen: Observation, case: Expectation | None = None, *specs: TableSpec
) -> Ballot:
    return cast_ballot(
        case or Expectation(), specs, order, seen, release="6.12.94", privileged=True
    )


def test_no_run_is_no_ballot() -> None:
    refused = Observation(LoadObservation(13, "no"))
    ended = observed(errno=22)

    assert cast(ByteOrder.LITTLE, refused) == ()
    assert cast(ByteOrder.LITTLE, ended) == ()


def test_the_return_value_and_the_packet_are_facts() -> None:
    ballot = cast(ByteOrder.LITTLE, observed(data_out=b"\1\2"))

    assert ballot == (Fact("retval", "7"), Fact("data out", "0102"))


@pytest.mark.parametrize("order", BOTH)
def test_a_packet_is_read_as_the_case_writes_it(order: ByteOrder) -> None:
    """What comes out by __data_out; else, if it has the size, as what went in."""
    data = number(5, 4, order) + b"\0\x50"
    case = Expectation(data_out=parse_byte_template("u32:9 be16:80"))
    put_in = Expectation(data=parse_byte_template("u32:9 be16:80"))

    assert cast(order, observed(data_out=data), case)[1] == Fact("data out", "5 80")
    assert cast(order, observed(data_out=data), put_in)[1] == Fact("data out", "5 80")


@pytest.mark.parametrize("order", BOTH)
def test_an_entry_is_read_by_the_annotation_that_speaks_of_it(order: ByteOrder) -> None:
    """An array of bytes may hold words; only the case knows."""
    table = TableContents("memory", HASH, ((number(0, 4, order), number(0x0102, 8, order)),))
    case = Expectation(puts=(entry("memory", "u32:0", "u64:9"),))
    spec = TableSpec("memory", HASH, 4, 8, 1, value_layout=Layout(8, ((0, 4), (4, 4))))

    assert cast(order, observed(table), case, spec)[2] == Fact("table memory", "0=258")


@pytest.mark.parametrize("order", BOTH)
def test_each_entry_is_read_by_its_own_annotation(order: ByteOrder) -> None:
    """Two slots of one table may hold different things; what was expected goes before what was."""
    keys = [number(n, 4, order) for n in (0, 1)]
    table = TableContents("memory", HASH, tuple((key, number(258, 4, order)) for key in keys))
    case = Expectation(
        puts=(entry("memory", "u32:0", "zero:4"), entry("memory", "u32:1", "u32:0")),
        entries=(entry("memory", "u32:0", "u32:258"), entry("memory", "u32:1", "u16:0 u16:258")),
    )
    halves = "258 0" if order is ByteOrder.LITTLE else "0 258"

    assert cast(order, observed(table), case)[2] == Fact("table memory", f"0=258; 1={halves}")


@pytest.mark.parametrize("order", BOTH)
def test_other_entries_are_read_by_the_type_and_padding_is_left_out(order: ByteOrder) -> None:
    """In the order of their keys as numbers, whatever the kernel's order is."""
    layout = Layout(8, ((0, 4), (4, 1)))
    values = [number(n, 4, order) + bytes((n, 0xAA, n, n)) for n in (10, 9)]
    keys = [number(n, 4, order) for n in (10, 9)]
    table = TableContents("t", HASH, tuple(zip(keys, values, strict=True)))
    spec = TableSpec("t", HASH, 4, 8, 1, key_layout=Layout(4, ((0, 4),)), value_layout=layout)

    assert cast(order, observed(table), None, spec)[2] == Fact("table t", "9=9 9; 10=10 10")


def test_what_nobody_can_read_is_compared_within_a_byte_order() -> None:
    table = TableContents(".bss", 2, ((bytes(4), b"\5\0"),))
    spec = TableSpec(".bss", 2, 4, 2, 1)

    little = cast(ByteOrder.LITTLE, observed(table), None, spec)[2]
    big = cast(ByteOrder.BIG, observed(table), None, spec)[2]

    assert little == Fact("table .bss (little-endian)", "00000000=0500")
    assert big.name == "table .bss (big-endian)"


@pytest.mark.parametrize("cpus", [1, 4])
def test_of_a_per_cpu_table_only_the_cpus_count_that_touched_it(cpus: int) -> None:
    """Machines need not have as many, and any of them may have run the filter."""
    values = [bytes(8)] * cpus
    values[-1] = number(7, 4, ByteOrder.LITTLE) + bytes(4)
    table = TableContents("c", PERCPU_ARRAY, ((bytes(4), b"".join(values)),))
    spec = TableSpec(
        "c",
        PERCPU_ARRAY,
        4,
        4,
        1,
        key_layout=Layout(4, ((0, 4),)),
        value_layout=Layout(4, ((0, 4),)),
    )

    assert cast(ByteOrder.LITTLE, observed(table), None, spec)[2] == Fact("table c", "0=7")


def test_what_varies_or_cannot_be_compared_does_not_vote() -> None:
    tables = (
        TableContents("times", HASH, ((bytes(4), bytes(8)),)),
        TableContents("progs", PROG_ARRAY, ((bytes(4), bytes(4)),)),
        TableContents("huge", HASH, ((bytes(4), bytes(8)),), truncated=True),
    )

    ballot = cast(ByteOrder.LITTLE, observed(*tables), Expectation(varying=("times",)))

    assert [fact.name for fact in ballot] == ["retval", "data out"]


def test_a_return_value_of_which_any_will_do_does_not_vote() -> None:
    case = Expectation(privileged=LoadExpectation(retval=Retval(0, any_value=True)))

    assert [f.name for f in cast(ByteOrder.LITTLE, observed(), case)] == ["data out"]


def test_a_return_value_of_which_any_will_do_on_old_kernels_votes_on_new_ones_only() -> None:
    load = LoadExpectation(retval=Retval(7))
    older = replace(load, retval=Retval(0, any_value=True))
    case = Expectation(
        privileged=load, overlays=(Overlay(ReleaseRange(last=(6, 1)), older, older),)
    )

    def names(release: str) -> list[str]:
        ballot = cast_ballot(
            case, (), ByteOrder.LITTLE, observed(), release=release, privileged=True
        )
        return [fact.name.split()[0] for fact in ballot]

    assert names("6.12.1") == ["retval", "data"]
    assert names("6.1.176") == ["data"]


def test_kernels_of_which_something_else_is_expected_vote_apart() -> None:
    """The case has accounted for it; the messages of other releases are no reason."""
    load = LoadExpectation(retval=Retval(7))
    older = replace(load, retval=Retval(-28))
    releases = ReleaseRange(last=(6, 1))
    same = Expectation(privileged=load, overlays=(Overlay(releases, load, load),))
    other = Expectation(privileged=load, overlays=(Overlay(releases, older, older),))

    def names(case: Expectation, release: str) -> list[str]:
        ballot = cast_ballot(
            case, (), ByteOrder.LITTLE, observed(), release=release, privileged=True
        )
        return [fact.name for fact in ballot]

    assert names(same, "6.1.170") == names(same, "6.12.94") == ["retval", "data out"]
    assert names(other, "6.12.94")[1] == "data out (where retval 7 is expected)"
    assert names(other, "6.1.170")[1] == "data out (where retval -28 is expected)"
    assert names(other, "5.10.0-46")[0] == "retval (where retval -28 is expected)"


def test_a_long_fact_is_kept_as_its_beginning_and_a_digest() -> None:
    """And still differs where the rest does."""
    facts = [
        cast(ByteOrder.LITTLE, observed(data_out=bytes(4000) + end))[1] for end in (b"a", b"b")
    ]

    assert facts[0] != facts[1]
    assert all(len(fact.value) < 2200 for fact in facts)

"""__varies(table): what a case says need not be the same in every mode."""

from pathlib import Path
from typing import Any

import pytest

from harness.formats.annotation_draft import Draft
from harness.formats.annotation_keys import apply
from harness.formats.annotations import read_expectations
from harness.formats.decl_tags import Tag
from harness.formats.object_file import ObjectFile
from harness.values.arch import ByteOrder
from harness.values.errors import AnnotationError
from harness.values.expectation import Expectation, LoadExpectation, Retval
from harness.values.filter_spec import FilterSpec
from harness.values.mode import Mode
from harness.values.table_spec import TableSpec
from harness.values.verdict import Outcome
from tests.fake_guests import FakeGuests, FakeKernel, run_cases, seven

_HASH = 1


def outcome_of_the_second_mode(folder: Path, varying: tuple[str, ...]) -> Outcome:
    """Of a filter whose table `stamps` holds something else after every run."""
    kernel = FakeKernel()
    runs = iter(range(100))

    def dump(request: dict[str, Any]) -> dict[str, Any]:
        stamp = next(runs).to_bytes(4, "little")
        return {"errno": 0, "keys": b"when", "values": stamp, "more": False}

    kernel.handlers["table_dump"] = dump
    case = seven(
        Expectation(privileged=LoadExpectation(retval=Retval(7)), varying=varying),
        tables=(TableSpec("stamps", _HASH, 4, 4, 1),),
    )
    guests = FakeGuests(folder, lambda number: kernel)
    return run_cases(guests, case, modes=(Mode.INTERP, Mode.JIT))[1].verdict.outcome


def test_a_table_of_times_may_differ_between_modes(tmp_path: Path) -> None:
    """Only if the case says so."""
    assert outcome_of_the_second_mode(tmp_path, ("stamps",)) is Outcome.PASSED
    assert outcome_of_the_second_mode(tmp_path, ()) is Outcome.FAILED
    assert outcome_of_the_second_mode(tmp_path, ("others",)) is Outcome.FAILED


def test_a_table_that_the_object_does_not_have_is_named() -> None:
    """A name spelt wrong would excuse nothing, and nobody would know why the case fails."""
    spec = FilterSpec("f", "socket", 2, "GPL", tags=("comment:0:bh_varies=stamp",))
    obj = ObjectFile(ByteOrder.LITTLE, "GPL", (spec,), (TableSpec("stamps", _HASH, 4, 4, 1),))

    with pytest.raises(AnnotationError, match="name what is not there"):
        read_expectations(obj)


def test_what_is_no_name_is_refused() -> None:
    """An expression, for example."""
    with pytest.raises(ValueError, match="not the name of a table"):
        apply(Draft(), Tag("bh_varies", "stamps + 1", "bh_varies=stamps + 1"))

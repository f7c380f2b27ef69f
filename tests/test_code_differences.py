"""From machine code to records, and from records to how many filters differ between CPU models."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from harness.runner.code_differences import CodeDifferences
from harness.runner.filter_case import FilterCase, reading_code
from harness.runner.records import Attempt, make_record
from harness.values.mode import Mode
from harness.values.observation import LoadObservation, Observation
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict
from tests.fake_guests import TARGET, seven

# shlx %rdi,%rdi,%rax; ret
SHIFT = bytes.fromhex("c4e2c1f7c7 c3")
RET = bytes.fromhex("c3")


def record_of(code: bytes | None, *, cpu: str = "max", mode: Mode = Mode.JIT) -> Record:
    """The record of an accepted filter with that machine code."""
    target = replace(TARGET, hardware=replace(TARGET.hardware, cpu_model=cpu))
    seen = Observation(LoadObservation(0, ""), machine_code=code)
    passed = Verdict(Outcome.PASSED, "as expected")
    return make_record(target, Attempt(seven().id, mode, 1, "g", passed, 0.1, seen), final=True)


def lines_of(records: Iterable[Record], *cpus: str) -> list[str]:
    """What is told at the end, after the targets with these CPUs were begun in this order."""
    differences = CodeDifferences()
    for cpu in cpus:
        hardware = replace(TARGET.hardware, cpu_model=cpu)
        differences.expect(replace(TARGET, hardware=hardware))
    for record in records:
        differences.add(record)
    return list(differences.lines())


@pytest.mark.parametrize(
    ("code", "features"),
    [(SHIFT, ("bmi2", "ret")), (RET, ("ret",)), (b"", None), (None, None), (RET * 65537, None)],
)
def test_a_record_names_the_features_that_machine_code_shows(
    code: bytes | None, features: tuple[str, ...] | None
) -> None:
    """Nothing is said of code that is not there, or that is too long to be looked at."""
    assert record_of(code).jit_features == features


def test_models_are_compared_with_the_one_that_was_begun_first() -> None:
    """Not with the one whose record comes first: targets run side by side."""
    old, new = record_of(RET, cpu="old"), record_of(SHIFT, cpu="new")

    lines = lines_of([old, new], "new", "old")

    assert lines == [
        "JITed code on x86_64 6.12.1-fake, old against new: 1 of 1 differ (bmi2 gone from 1)"
    ]


def test_only_trials_that_both_models_have_are_counted() -> None:
    records = [
        record_of(RET, cpu="old"),
        record_of(SHIFT, cpu="new"),
        record_of(SHIFT, cpu="new", mode=Mode.JIT_HARDEN),
    ]

    (line,) = lines_of(records, "old", "new")
    assert line.endswith(": 1 of 1 differ (bmi2 new in 1)")


def test_equal_code_is_told_as_equal() -> None:
    (line,) = lines_of([record_of(RET, cpu="a"), record_of(RET, cpu="b")], "a", "b")

    assert line.endswith(", b against a: 0 of 1 differ")


def test_a_kernel_on_one_cpu_has_nothing_to_be_compared_with() -> None:
    assert lines_of([record_of(RET)], "max") == []


def test_models_without_machine_code_are_told_as_such() -> None:
    """A kernel without a JIT, for example."""
    assert lines_of([record_of(b"", cpu="a")], "a", "b")[0].endswith("none to compare")


def test_an_attempt_that_was_made_again_does_not_count() -> None:
    again = replace(record_of(SHIFT, cpu="b"), final=False)

    assert lines_of([record_of(RET, cpu="a"), again], "a", "b")[0].endswith("none to compare")


def test_filters_are_made_to_have_their_code_looked_at() -> None:
    (case,) = reading_code((seven(),))

    assert isinstance(case, FilterCase)
    assert case.reads_code
    assert case.id == seven().id

"""Two reports, and what is told of the trials that differ."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.reports.comparison import compare
from harness.reports.jsonl import JsonlReport
from harness.values.record import Record
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record

PASSED = make_record()
FAILED = make_record(Outcome.FAILED, "returned 2, not 1")


def shown(before: list[Record], after: list[Record]) -> list[str]:
    return [str(difference) for difference in compare(before, after)]


def test_what_a_trial_took_and_where_it_ran_is_no_difference() -> None:
    other = replace(
        PASSED, duration_s=9.0, guest="guest-7", accel="remote", kernel="7.2.0", attempt=2
    )

    assert shown([PASSED], [other]) == []


def test_another_outcome_is_told_with_both_reasons() -> None:
    assert shown([PASSED], [FAILED]) == [
        "cases/verifier/oob.bpf.c:oob_value [jit, x86_64]: "
        "PASSED (as expected) → FAILED (returned 2, not 1)"
    ]


def test_a_trial_that_one_run_has_not_made_is_a_difference() -> None:
    other = make_record(mode="interp")

    assert shown([PASSED], [PASSED, other]) == [
        "cases/verifier/oob.bpf.c:oob_value [interp, x86_64]: no trial → PASSED (as expected)"
    ]
    assert len(shown([PASSED, other], [PASSED])) == 1


def test_a_program_that_was_not_jited_is_a_difference() -> None:
    (line,) = shown([PASSED], [replace(PASSED, jited=False)])

    assert line.endswith("PASSED (as expected), not JITed")


def test_attempts_that_were_made_again_do_not_count() -> None:
    broken = make_record(Outcome.BROKEN, "the guest is silent", final=False)

    assert shown([broken, PASSED], [PASSED]) == []


def test_several_kernels_of_one_run_are_told_apart() -> None:
    old, new = replace(PASSED, kernel="5.10"), replace(FAILED, kernel="7.2")

    assert shown([old, new], [new, old]) == []


def report(folder: Path, *records: Record) -> Path:
    """A report's folder."""
    folder.mkdir()
    written = JsonlReport(folder / "results.jsonl", folder / "logs")
    for record in records:
        written.add(record)
    written.close(SUMMARY)
    return folder


@pytest.mark.parametrize(
    ("record", "status", "last"), [(PASSED, 0, "no differences"), (FAILED, 1, "1 difference")]
)
def test_the_command_says_whether_all_is_the_same(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    record: Record,
    status: int,
    last: str,
) -> None:
    before, after = report(tmp_path / "a", PASSED), report(tmp_path / "b", record)

    assert main(["compare", str(before), str(after / "results.jsonl")]) == status
    assert capsys.readouterr().out.endswith(f"1 and 1 trials, {last}\n")


def test_a_run_that_has_not_ended_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it lacks would be taken for differences, or for none."""
    whole, empty = report(tmp_path / "a", PASSED), report(tmp_path / "b")
    torn = report(tmp_path / "c", PASSED)
    with (torn / "results.jsonl").open("a") as file:
        file.write('{"case": "half')

    assert main(["compare", str(whole), str(empty)]) == 2
    assert main(["compare", str(torn), str(whole)]) == 2
    assert main(["compare", str(whole), str(tmp_path / "none")]) == 3
    assert "Traceback" not in capsys.readouterr().err

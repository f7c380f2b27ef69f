"""What the records of one kernel say of it."""

import pytest

from harness.bisect.answer import Answer, Mark
from harness.bisect.criterion import any_failure
from harness.values.verdict import Outcome
from tests.records import make_record


def mark_of(*outcomes: Outcome) -> Mark:
    return any_failure([make_record(outcome, "so it is") for outcome in outcomes]).mark


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.CRASHED])
def test_one_failure_is_bad_whatever_else_there_is(outcome: Outcome) -> None:
    assert mark_of(outcome) is Mark.BAD
    assert mark_of(Outcome.PASSED, outcome, Outcome.BROKEN, Outcome.UNSUPPORTED) is Mark.BAD


@pytest.mark.parametrize("outcome", [Outcome.BROKEN, Outcome.UNSUPPORTED])
def test_a_trial_nobody_saw_proves_nothing(outcome: Outcome) -> None:
    """The failure that is looked for may be the one that was not seen."""
    assert mark_of(outcome) is Mark.SKIP
    assert mark_of(Outcome.PASSED, outcome) is Mark.SKIP


def test_only_passed_ones_are_good() -> None:
    assert any_failure([make_record(), make_record()]) == Answer(Mark.GOOD, "2 passed")


def test_nothing_is_not_good() -> None:
    assert any_failure([]) == Answer(Mark.SKIP, "nothing ran")


def test_an_attempt_that_was_made_again_does_not_count() -> None:
    broken = make_record(Outcome.BROKEN, "no guest", final=False)

    assert any_failure([broken, make_record()]).mark is Mark.GOOD
    assert any_failure([broken]).mark is Mark.SKIP


def test_the_reason_is_the_worst_one_with_its_name() -> None:
    records = [
        make_record(Outcome.FAILED, "returned 1"),
        make_record(Outcome.CRASHED, "BUG: null", program="boom", mode="interp"),
        make_record(),
    ]

    assert any_failure(records).reason == (
        "CRASHED cases/verifier/oob.bpf.c:boom [interp]: BUG: null (and 1 more)"
    )

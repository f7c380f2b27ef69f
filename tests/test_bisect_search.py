"""The search over an ordered row, for every length, boundary and set of untestable candidates."""

from itertools import combinations

import pytest

from harness.bisect.answer import Answer, Mark
from harness.bisect.search import Boundary, Search, Step, search

LENGTHS = range(2, 10)
ROWS = [(length, first) for length in LENGTHS for first in range(1, length)]


def answers(length: int, first: int, skipped: tuple[int, ...] = ()) -> list[Answer]:
    """A row that is good before `first` and bad from there on, but for what cannot be tested."""
    marks = [Mark.GOOD] * first + [Mark.BAD] * (length - first)
    for index in skipped:
        marks[index] = Mark.SKIP
    return [Answer(mark, f"candidate {index}") for index, mark in enumerate(marks)]


def run(row: list[Answer]) -> tuple[Boundary, list[int]]:
    """What was found, and what was tested for it, both ends being known beforehand."""
    tested: list[int] = []

    def test(index: int, left: int) -> Answer:
        tested.append(index)
        assert left >= 1
        return row[index]

    last = len(row) - 1
    return search(Search(Step(0, row[0]), Step(last, row[last])), test), tested


def turned(row: list[Answer]) -> list[Answer]:
    """The same with good and bad exchanged: something was mended."""
    other = {Mark.GOOD: Mark.BAD, Mark.BAD: Mark.GOOD, Mark.SKIP: Mark.SKIP}
    return [Answer(other[answer.mark], answer.reason) for answer in row]


@pytest.mark.parametrize(("length", "first"), ROWS)
def test_every_boundary_is_found(length: int, first: int) -> None:
    found, _ = run(answers(length, first))

    assert (found.before.index, found.after.index) == (first - 1, first)
    assert found.exact


@pytest.mark.parametrize(("length", "first"), ROWS)
def test_what_was_mended_is_found_the_same_way(length: int, first: int) -> None:
    row = answers(length, first)

    assert run(turned(row))[1] == run(row)[1]
    assert run(turned(row))[0].after.answer.mark is Mark.GOOD


@pytest.mark.parametrize(("length", "first"), [*ROWS, (100, 1), (100, 50), (100, 99), (1000, 637)])
def test_it_takes_the_logarithm_of_the_row(length: int, first: int) -> None:
    _, tested = run(answers(length, first))

    assert len(tested) <= (length - 2).bit_length()
    assert len(set(tested)) == len(tested)


@pytest.mark.parametrize(("length", "first"), ROWS)
def test_skipped_ones_never_change_what_is_said(length: int, first: int) -> None:
    """With any candidates untestable: both ends are right, and all between them was tried."""
    inner = range(1, length - 1)
    for skipped in (some for size in range(length - 1) for some in combinations(inner, size)):
        row = answers(length, first, skipped)

        found, tested = run(row)

        before, after = found.before.index, found.after.index
        assert before < first <= after, skipped
        assert (row[before].mark, row[after].mark) == (Mark.GOOD, Mark.BAD)
        between = tuple(range(before + 1, after))
        assert tuple(step.index for step in found.untestable) == between
        assert set(between) <= set(skipped) & set(tested)
        assert found.exact is (after == before + 1)
        assert len(set(tested)) == len(tested)


def test_a_skipped_one_gives_way_to_its_neighbour() -> None:
    _, tested = run(answers(9, 7, skipped=(4,)))

    assert tested[:2] == [4, 5]


def test_a_search_goes_on_from_steps_that_were_written_down() -> None:
    """Replaying them leads to the same next index and the same boundary."""
    row = answers(30, 17, skipped=(14, 15))
    whole, tested = run(row)
    start = Search(Step(0, row[0]), Step(29, row[29]))
    for kept in range(len(tested) + 1):
        state = start
        for index in tested[:kept]:
            state = state.after_step(Step(index, row[index]))

        assert state.next_index == (tested[kept] if kept < len(tested) else None)
        assert search(state, lambda index, left: row[index]) == whole


def test_an_answer_outside_the_ends_changes_nothing() -> None:
    row = answers(9, 5)
    state = Search(Step(2, row[2]), Step(6, row[6]))

    assert state.after_step(Step(1, row[1])) is state
    assert state.after_step(Step(6, row[6])) is state


def test_the_steps_that_are_left_are_foretold() -> None:
    row = answers(30, 17)

    assert Search(Step(0, row[0]), Step(29, row[29])).steps_left == 5
    assert Search(Step(16, row[16]), Step(17, row[17])).steps_left == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Mark.GOOD, Mark.GOOD),
        (Mark.BAD, Mark.BAD),
        (Mark.SKIP, Mark.BAD),
        (Mark.GOOD, Mark.SKIP),
    ],
)
def test_ends_that_do_not_differ_are_no_search(before: Mark, after: Mark) -> None:
    with pytest.raises(ValueError, match="nothing can be searched"):
        Search(Step(0, Answer(before, "a")), Step(5, Answer(after, "b")))


def test_ends_in_the_wrong_order_are_no_search() -> None:
    with pytest.raises(ValueError, match="nothing can be searched"):
        Search(Step(5, Answer(Mark.GOOD, "a")), Step(0, Answer(Mark.BAD, "b")))


@pytest.mark.parametrize("reason", ["", "two\nlines"])
def test_an_answer_has_a_reason_on_one_line(reason: str) -> None:
    with pytest.raises(ValueError, match="one-line reason"):
        Answer(Mark.GOOD, reason)

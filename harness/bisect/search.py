"""The search in an ordered row of candidates: which to test next, and what was found.

A candidate is its index here. What it is, and what makes it good or bad, only the test knows; it
may well ask several times before it answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.bisect.answer import Answer, Mark

Test = Callable[[int, int], Answer]
"""Tests the candidate of that index; the second number is how many steps are left with this one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One candidate and its answer. Steps written down are all that a search needs to go on."""

    index: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Boundary:
    """Two candidates that differ, with nothing between them but what could not be tested."""

    before: Step
    after: Step
    untestable: tuple[Step, ...] = ()

    @property
    def exact(self) -> bool:
        return not self.untestable


@dataclass(frozen=True, slots=True)
class Search:
    """How far a search has come; a new value after each step.

    Both ends are known and differ, and what lies outside them does not matter any more.
    """

    before: Step
    after: Step
    skipped: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        marks = {self.before.answer.mark, self.after.answer.mark}
        if self.before.index >= self.after.index or marks != {Mark.GOOD, Mark.BAD}:
            raise ValueError(f"nothing can be searched between {self.before} and {self.after}")

    @property
    def untested(self) -> tuple[int, ...]:
        """What lies between the ends and has not been tried."""
        tried = {step.index for step in self.skipped}
        row = range(self.before.index + 1, self.after.index)
        return tuple(index for index in row if index not in tried)

    @property
    def next_index(self) -> int | None:
        """The middle one of the untested, so that a skipped one gives way to a neighbour.

        None when the search is over.
        """
        untested = self.untested
        return untested[len(untested) // 2] if untested else None

    @property
    def steps_left(self) -> int:
        """How many steps it will take if none of them is skipped."""
        return len(self.untested).bit_length()

    @property
    def boundary(self) -> Boundary:
        """What is known now; the result, once there is no next index."""
        return Boundary(self.before, self.after, self.skipped)

    def after_step(self, step: Step) -> "Search":
        """The search with one more answer; one about a candidate outside the ends is ignored."""
        if not self.before.index < step.index < self.after.index:
            return self
        if step.answer.mark is Mark.SKIP:
            return self._narrowed(self.before, self.after, (*self.skipped, step))
        if step.answer.mark is self.before.answer.mark:
            return self._narrowed(step, self.after, self.skipped)
        return self._narrowed(self.before, step, self.skipped)

    def _narrowed(self, before: Step, after: Step, skipped: Iterable[Step]) -> "Search":
        inside = [step for step in skipped if before.index < step.index < after.index]
        return Search(before, after, tuple(sorted(inside, key=lambda step: step.index)))


def search(start: Search, test: Test) -> Boundary:
    """Test until two neighbours differ, or only candidates that nobody can test are left."""
    state = start
    while (index := state.next_index) is not None:
        state = state.after_step(Step(index, test(index, state.steps_left)))
    return state.boundary

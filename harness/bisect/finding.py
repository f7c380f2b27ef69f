"""What is said of each step and at the end, as values and as lines; and which ends are refused."""

import re
from dataclasses import dataclass

from harness.bisect.answer import Answer, Mark
from harness.values.errors import InfrastructureError, UsageError

_LINE = re.compile(rf"(\S+) is ({'|'.join(mark.value for mark in Mark)}): (.+)")


@dataclass(frozen=True, slots=True)
class Tested:
    """A kernel by the name the user can type again, and its answer."""

    name: str
    answer: Answer

    def __str__(self) -> str:
        return f"{self.name} ({self.answer.reason})"

    def line(self) -> str:
        """What is said of a step: `debian:6.12.85-1 is good: 3 passed`."""
        return f"{self.name} is {self.answer}"


def parse_tested(line: str) -> Tested | None:
    """What `Tested.line` wrote; None for any other text.

    >>> parse_tested("323bcfe0a1b2 is cannot tell: it does not boot").answer.mark
    <Mark.SKIP: 'cannot tell'>
    """
    match = _LINE.fullmatch(line)
    return Tested(match[1], Answer(Mark(match[2]), match[3])) if match else None


@dataclass(frozen=True, slots=True)
class Finding:
    """Two neighbours that differ, the older one first, and what between them nobody can test."""

    before: Tested
    after: Tested
    untestable: tuple[Tested, ...] = ()

    @property
    def exact(self) -> bool:
        return not self.untestable

    def line(self) -> str:
        """`first bad: debian:B (why); last good: debian:A (why)`, or first fixed and last bad."""
        broken = self.after.answer.mark is Mark.BAD
        first, last = ("first bad", "last good") if broken else ("first fixed", "last bad")
        if self.exact:
            return f"{first}: {self.after}; {last}: {self.before}"
        names = ", ".join(str(tested) for tested in self.untestable)
        return (
            f"{first}: between {self.before}, {self.before.answer.mark}, "
            f"and {self.after}, {self.after.answer.mark}; not testable: {names}"
        )


def require_ends(good: Tested, bad: Tested) -> None:
    """Raises UsageError unless the ends are what the user said.

    Raises InfrastructureError if one of them gave no answer.
    The engine could search between ends that were exchanged as well, but then it is likely that
    the case does not show what the user believes.
    """
    ends = f"{good.line()}\n  {bad.line()}"
    marks = (good.answer.mark, bad.answer.mark)
    if Mark.SKIP in marks:
        raise InfrastructureError(
            f"an end of the search cannot be tested:\n  {ends}",
            remedy="choose an end that boots and has what the case needs (`--mode` leaves out "
            "the modes it lacks)",
        )
    if marks == (Mark.BAD, Mark.GOOD):
        raise UsageError(
            f"the ends are the other way round:\n  {ends}", remedy="exchange --good and --bad"
        )
    if marks != (Mark.GOOD, Mark.BAD):
        raise UsageError(
            f"the ends agree, so nothing changed between them:\n  {ends}",
            remedy="choose ends that differ, or a case that tells them apart",
        )

"""From the records of one run to an answer. Pure; the seam for signatures of a certain failure."""

from collections.abc import Callable, Sequence

from harness.bisect.answer import Answer, Mark
from harness.values.record import Record
from harness.values.verdict import Outcome

Criterion = Callable[[Sequence[Record]], Answer]


def any_failure(records: Sequence[Record]) -> Answer:
    """Bad if a trial FAILED or CRASHED, good if all PASSED; otherwise nobody can tell.

    A trial that is BROKEN or UNSUPPORTED may hide the failure that is looked for, so one of them
    is enough to make the passed ones prove nothing.
    """
    final = [record for record in records if record.final]
    if bad := [record for record in final if record.verdict.outcome.is_bad_kernel]:
        return Answer(Mark.BAD, _worst_of(bad))
    if open_ := [record for record in final if record.verdict.outcome is not Outcome.PASSED]:
        return Answer(Mark.SKIP, _worst_of(open_))
    if not final:
        return Answer(Mark.SKIP, "nothing ran")
    return Answer(Mark.GOOD, f"{len(final)} passed")


def _worst_of(records: Sequence[Record]) -> str:
    """The worst record, the first of equals, and how many others there are."""
    worst = max(records, key=lambda record: record.verdict.outcome.badness)
    others = f" (and {len(records) - 1} more)" if len(records) > 1 else ""
    verdict = worst.verdict
    return f"{verdict.outcome} {worst.case} [{worst.mode}]: {verdict.reason}{others}"

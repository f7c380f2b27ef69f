"""The trials that did not come to the same in two runs: of two kernels, two ways to reach one."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.values.record import Record

# What names a trial in a run: case, architecture, mode, CPU model, and the kernel among several.
_Trial = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One trial; None where a run has not made it."""

    before: Record | None
    after: Record | None

    def __str__(self) -> str:
        """`cases/a.bpf.c:x [jit, x86_64]: PASSED (as expected) → FAILED (returned 2, not 1)`."""
        named = self.before or self.after
        assert named is not None
        words = (named.mode, named.arch, *((named.cpu,) if named.cpu else ()))
        return f"{named.case} [{', '.join(words)}]: {_shown(self.before)} → {_shown(self.after)}"


def compare(before: Iterable[Record], after: Iterable[Record]) -> tuple[Difference, ...]:
    """By what counts of each trial: its outcome, and whether it was JITed.

    Times, guests, reasons and attempts that were made again do not. Two runs of one kernel each
    are compared whatever their kernels are.
    """
    first, second = list(before), list(after)
    many = max(len({record.kernel for record in records}) for records in (first, second)) > 1
    old, new = _by_trial(first, many), _by_trial(second, many)
    return tuple(
        Difference(old.get(trial), new.get(trial))
        for trial in dict.fromkeys((*old, *new))
        if _result(old.get(trial)) != _result(new.get(trial))
    )


def _by_trial(records: Iterable[Record], many: bool) -> dict[_Trial, Record]:
    return {
        (r.case, r.arch, r.mode, r.cpu, r.kernel if many else ""): r for r in records if r.final
    }


def _result(record: Record | None) -> object:
    return None if record is None else (record.verdict.outcome, record.jited)


def _shown(record: Record | None) -> str:
    if record is None:
        return "no trial"
    said = f"{record.verdict.outcome} ({record.verdict.reason})"
    return said if record.jited is not False else f"{said}, not JITed"

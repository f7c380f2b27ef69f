"""Many targets in one run: prepared one after the other, while guests of the earlier ones work.

Knows what becomes of a target that does not exist or cannot be prepared; not how it is prepared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.runner.cases import Case
from harness.runner.collect import Chosen, Collector, Found
from harness.runner.target import Target, TargetName
from harness.values.arch import Arch
from harness.values.errors import (
    HarnessError,
    NoPackageError,
    UsageError,
)
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Prepared:
    """A target, or why there is none."""

    name: TargetName
    outcome: Target | HarnessError

    @property
    def decides(self) -> bool:
        """Whether a run can begin with it; what the user named wrongly may be all there is."""
        return not isinstance(self.outcome, UsageError)


def prepare_each(
    names: Iterable[TargetName], prepare: Callable[[TargetName], Target]
) -> Iterator[Prepared]:
    """One target after the other, when it is asked for."""
    for name in names:
        try:
            yield Prepared(name, prepare(name))
        except HarnessError as error:
            yield Prepared(name, error)


def first_to_run(steps: Iterator[Prepared]) -> tuple[Prepared, ...]:
    """The steps up to the first that a run can begin with.

    Raises UsageError if there is none: none of the names is that of a target.
    """
    seen: list[Prepared] = []
    errors: list[HarnessError] = []
    for step in steps:
        seen.append(step)
        if isinstance(step.outcome, HarnessError) and not step.decides:
            errors.append(step.outcome)
            continue
        return tuple(seen)
    raise _none_at_all(errors)


def _none_at_all(errors: list[HarnessError]) -> HarnessError:
    wrong = [error for error in errors if not isinstance(error, NoPackageError)] or errors
    if len(wrong) == 1:
        return wrong[0]
    return UsageError("none of the targets can be:\n" + "\n".join(str(error) for error in wrong))


def find_everywhere(
    collectors: Iterable[tuple[Arch, Collector]],
    choices: tuple[Chosen, ...],
    wanted: Callable[[str], bool],
) -> dict[Arch, Found]:
    """What the choices come to on each architecture.

    Raises UsageError for malformed cases, and for a program that is a case on none of them.
    """
    found = {arch: collector.find(choices, wanted) for arch, collector in collectors}
    if found and all(one.absent for one in found.values()):
        absent = [{error.message for error in one.absent} for one in found.values()]
        for error in next(iter(found.values())).absent:
            if all(error.message in others for others in absent):
                raise error
    return found


def every_case(found: Mapping[Arch, Found]) -> tuple[Case, ...]:
    """The cases of all architectures, each once."""
    return tuple({str(case.id): case for one in found.values() for case in one.cases}.values())


def no_package_line(name: TargetName, error: NoPackageError) -> str:
    """`riscv64 × debian:6.1: no package (6.12 7.2 exist)`."""
    exist = f"{' '.join(error.exist)} exist" if error.exist else "none exists"
    return f"{name}: no package ({exist})"


def broken_records(
    name: TargetName, cases: Iterable[Case], modes: tuple[Mode, ...], error: HarnessError
) -> Iterator[Record]:
    """What the trials of a target come to that could not be prepared."""
    lines = str(error).splitlines() or [type(error).__name__]
    verdict = Verdict(Outcome.BROKEN, f"{name} cannot be run: {lines[0]}", tuple(lines[1:]))
    for case in cases:
        for mode in modes:
            if mode in case.modes:
                yield Record(
                    case=str(case.id),
                    program=case.id.program,
                    group=case.id.group,
                    arch=name.arch.name,
                    kernel=name.kernel,
                    kernel_source=name.kernel,
                    mode=mode.value,
                    verdict=verdict,
                    duration_s=0.0,
                    attempt=1,
                    guest="",
                    accel="",
                    qemu="",
                )

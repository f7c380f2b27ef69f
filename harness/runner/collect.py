"""From the paths a user names to cases: found, compiled, read, selected.

Every malformed case is reported, not only the first; then nothing is run.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from harness.formats.annotations import read_expectations
from harness.formats.object_file import ObjectFile, read_object
from harness.formats.wire import MAX_MESSAGE
from harness.guest.features import find_feature
from harness.runner.cases import Case
from harness.runner.filter_case import FilterCase
from harness.runner.loadable import Loadable, companions_of
from harness.runner.scenario_case import ScenarioCase, read_scenarios
from harness.scenario import Compile
from harness.values.arch import Arch
from harness.values.case import CaseId
from harness.values.errors import (
    CaseError,
    HarnessError,
    ObjectError,
    UnknownNameError,
    UsageError,
)
from harness.values.expectation import Expectation

SOURCE_SUFFIX = ".bpf.c"
SCENARIO_PREFIX = "scenario_"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One path as the user gave it, and the program after the colon if there was one."""

    path: Path
    program: str | None

    @classmethod
    def parse(cls, text: str) -> "Chosen":
        """`PATH` or `PATH:PROGRAM`; raises CaseError for a path that does not exist."""
        path = Path(text)
        if path.exists():
            return cls(path, None)
        before, _, program = text.rpartition(":")
        if before and Path(before).exists():
            return cls(Path(before), program)
        raise CaseError(
            f"no such file or folder: {text}",
            remedy="give folders, .bpf.c files, objects or scenario_*.py, each maybe :PROGRAM",
        )


@dataclass(frozen=True, slots=True)
class NotHere:
    """A case that says itself why it is not for this architecture."""

    id: CaseId
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the choices come to on one architecture."""

    cases: tuple[Case, ...]
    not_here: tuple[NotHere, ...]
    absent: tuple[CaseError, ...]
    """One for each choice of a program that is no case on this architecture."""


class Collector:
    """Turns files into cases for one architecture."""

    def __init__(self, arch: Arch, compile: Compile) -> None:
        self._arch = arch
        self._compile = compile
        self._not_here: dict[CaseId, str] = {}

    def collect(
        self, choices: Iterable[Chosen], wanted: Callable[[str], bool] = lambda name: True
    ) -> tuple[Case, ...]:
        """All cases of these choices whose full name is wanted, in the order of their files.

        Raises the error of the only malformed file, or a CaseError that lists all of them.
        """
        found = self.find(choices, wanted)
        if found.absent:
            raise _joined(list(found.absent))
        return found.cases

    def find(
        self, choices: Iterable[Chosen], wanted: Callable[[str], bool] = lambda name: True
    ) -> Found:
        """The same, where a program that is not for this architecture need not be an error."""
        tasks = [(path, choice.program) for choice in choices for path in _files(choice.path)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda task: self._try(*task), tasks))
        problems = [result for result in results if isinstance(result, HarnessError)]
        malformed = [problem for problem in problems if not isinstance(problem, _AbsentError)]
        if malformed:
            raise _joined(malformed)
        found = (case for result in results if isinstance(result, tuple) for case in result)
        # By name, because a folder and a file in it may both be chosen.
        cases = {str(case.id): case for case in found}
        return Found(
            tuple(case for name, case in cases.items() if wanted(name)),
            tuple(NotHere(i, why) for i, why in self._not_here.items() if wanted(str(i))),
            tuple(problem for problem in problems if isinstance(problem, _AbsentError)),
        )

    def read(self, path: Path) -> tuple[Case, ...]:
        """The cases of one file that apply to the architecture; raises UsageError."""
        if path.suffix == ".py":
            cases = self._scenarios(path)
        else:
            is_source = path.name.endswith(SOURCE_SUFFIX)
            cases = self._filters(path, self._compile(path) if is_source else _read_file(path))
        _check_features(cases)
        return cases

    def _try(self, path: Path, program: str | None) -> tuple[Case, ...] | HarnessError:
        try:
            cases = self.read(path)
            return _only(path, cases, program) if program else cases
        except UsageError as error:
            return error

    def _scenarios(self, path: Path) -> tuple[Case, ...]:
        source = path.resolve()
        return tuple(
            ScenarioCase(
                CaseId(path.as_posix(), spec.name), spec, source, self._arch, self._compile
            )
            for spec in read_scenarios(source)
        )

    def _filters(self, path: Path, data: bytes) -> tuple[Case, ...]:
        try:
            obj = read_object(data)
            expectations = read_expectations(obj)
        except UsageError as error:
            raise type(error)(f"{path}: {error.message}", remedy=error.remedy) from error
        if obj.byte_order is not self._arch.byte_order:
            raise ObjectError(
                f"{path} was compiled for {obj.byte_order.value}-endian machines, "
                f"{self._arch} is {self._arch.byte_order.value}-endian",
                remedy="compile it with the matching -target bpfel or bpfeb",
            )
        return tuple(self._cases(path, data, obj, expectations))

    def _cases(
        self, path: Path, data: bytes, obj: ObjectFile, expectations: dict[str, Expectation]
    ) -> Iterable[Case]:
        for spec in obj.filters:
            expectation = expectations[spec.name]
            for privileged in _privileges(expectation):
                case_id = CaseId(path.as_posix(), spec.name, privileged)
                if not expectation.applies_to(self._arch):
                    self._not_here[case_id] = _why_not_here(expectation, self._arch)
                    continue
                yield FilterCase(
                    Loadable(
                        case_id,
                        data,
                        obj,
                        spec,
                        expectation,
                        companions_of(spec, expectations, privileged=privileged),
                    )
                )


def _why_not_here(expectation: Expectation, arch: Arch) -> str:
    endianness = expectation.endianness
    if endianness is not None and endianness.byte_order is not arch.byte_order:
        return f"only on {endianness.byte_order.value}-endian machines: {endianness.reason}"
    return f"only on {' '.join(expectation.arches)}"


def _privileges(expectation: Expectation) -> tuple[bool, ...]:
    """Which loads are tests; an auxiliary filter is none."""
    found = []
    if expectation.privileged is not None and not expectation.auxiliary:
        found.append(True)
    if expectation.unprivileged is not None and not expectation.auxiliary_unpriv:
        found.append(False)
    return tuple(found)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob(f"*{SOURCE_SUFFIX}")) + sorted(path.rglob(f"{SCENARIO_PREFIX}*.py"))
    if not found:
        raise CaseError(
            f"no cases in {path}", remedy=f"cases are *{SOURCE_SUFFIX} and {SCENARIO_PREFIX}*.py"
        )
    return found


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_MESSAGE:
            raise ObjectError(
                f"{path} has {size} bytes, which is more than a guest can be sent",
                remedy="give an object made by clang, without large tables of constants",
            )
        with path.open("rb") as file:
            return file.read(MAX_MESSAGE + 1)
    except OSError as error:
        raise CaseError(f"cannot read {path}: {error.strerror}") from error


class _AbsentError(CaseError):
    """A program that was named and is no case, at least on this architecture."""


def _only(path: Path, cases: tuple[Case, ...], program: str) -> tuple[Case, ...]:
    chosen = tuple(case for case in cases if case.id.program == program)
    if not chosen:
        names = " ".join(dict.fromkeys(case.id.program for case in cases))
        raise _AbsentError(f"{path} has no case {program!r} here", remedy=f"it has: {names}")
    return chosen


def _check_features(cases: Iterable[Case]) -> None:
    """A feature that nobody knows is found before anything boots; raises CaseError."""
    for case in cases:
        for name in case.needs:
            try:
                find_feature(name)
            except UnknownNameError as error:
                raise CaseError(f"{case.id}: {error.message}", remedy=error.remedy) from error


def _joined(problems: list[HarnessError]) -> HarnessError:
    if len(problems) == 1:
        return problems[0]
    listed = "\n".join(str(problem) for problem in problems)
    return CaseError(f"{len(problems)} files hold malformed cases:\n{listed}")

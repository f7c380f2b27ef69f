"""pytest collects cases and shows verdicts; collecting and running are the runner's, as in check.

Asleep unless --arch or --kernel is given, so that it is in nobody's way.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.cli.options import parse_modes
from harness.kernels.resolve import DEFAULT_KERNEL
from harness.runner.batch import BatchRunner
from harness.runner.cases import Case
from harness.runner.collect import SCENARIO_PREFIX, SOURCE_SUFFIX, Collector
from harness.runner.pool import GuestPool
from harness.runner.target import Target, prepare_target
from harness.toolchain.case_compiler import case_compiler
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from harness.values.errors import HarnessError
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.snapshots import Snapshots


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `bpf-harness check` that make sense here."""
    group = parser.getgroup("bpf-harness", "cases of BPF filters on real kernels")
    group.addoption("--arch", default=None, help="architecture of the guests")
    group.addoption("--kernel", default=None, help="kernel of the guests: debian:6.12, an image")
    group.addoption("--bpf-mode", action="append", help="interp, jit, jit-harden (default: all)")
    group.addoption("--accel", default="auto", help="auto, kvm or tcg")
    group.addoption("--cpu", default=None, help="QEMU CPU model of the guests")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFile | None":
    """A .bpf.c file or a scenario is a file of cases."""
    config = parent.config
    if config.getoption("--arch") is None and config.getoption("--kernel") is None:
        return None
    is_scenario = file_path.suffix == ".py" and file_path.name.startswith(SCENARIO_PREFIX)
    if not is_scenario and not file_path.name.endswith(SOURCE_SUFFIX):
        return None
    return CaseFile.from_parent(parent, path=file_path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the guests."""
    bench = config.stash.get(_BENCH, None)
    if bench is not None:
        bench.close()


@dataclass
class _Bench:
    """The target, the collector and the guests of one pytest session."""

    target: Target
    collector: Collector
    modes: tuple[Mode, ...]
    folder: "tempfile.TemporaryDirectory[str]"
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    pool: GuestPool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = GuestPool(self.target, self._guest_folder, snapshots=Snapshots())

    def record(self, case: Case, mode: Mode) -> Record:
        """The final record of a trial; all modes of a case are run together to be compared."""
        key = (str(case.id), mode.value)
        if key not in self.records:
            BatchRunner(self.target, self.pool, self._take).run((case,), self.modes)
        return self.records[key]

    def close(self) -> None:
        self.pool.close()
        self.folder.cleanup()

    def _take(self, record: Record) -> None:
        if record.final:
            self.records[(record.case, record.mode)] = record

    def _guest_folder(self, name: str) -> Path:
        path = Path(self.folder.name) / name
        path.mkdir()
        return path


_BENCH = pytest.StashKey[_Bench]()


def _bench(config: pytest.Config) -> _Bench:
    bench = config.stash.get(_BENCH, None)
    if bench is None:
        arch = parse_arch(config.getoption("--arch") or "x86_64")
        kernel = config.getoption("--kernel") or DEFAULT_KERNEL
        accel = AccelChoice.parse(config.getoption("--accel"))
        target = prepare_target(arch, kernel, accel, cpu_model=config.getoption("--cpu"))
        bench = _Bench(
            target,
            Collector(arch, case_compiler(arch)),
            parse_modes(config.getoption("--bpf-mode")),
            tempfile.TemporaryDirectory(prefix="bpf-harness-pytest-"),
        )
        config.stash[_BENCH] = bench
    return bench


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator["CaseItem"]:
        try:
            bench = _bench(self.config)
            cases = bench.collector.read(self.path)
        except HarnessError as error:
            raise self.CollectError(str(error)) from error
        for case in cases:
            for mode in bench.modes:
                if mode in case.modes:
                    name = str(case.id).rpartition(":")[2]
                    yield CaseItem.from_parent(self, name=f"{name}[{mode}]", case=case, mode=mode)


class VerdictError(Exception):
    """A trial that did not pass."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.verdict.reason)
        self.record = record


class CaseItem(pytest.Item):
    """One case in one mode."""

    def __init__(self, *, case: Case, mode: Mode, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]  # pytest's own keywords pass through
        self._case = case
        self._mode = mode

    def runtest(self) -> None:
        record = _bench(self.config).record(self._case, self._mode)
        if record.verdict.outcome is Outcome.UNSUPPORTED:
            pytest.skip(record.verdict.reason)
        if record.verdict.outcome is not Outcome.PASSED:
            raise VerdictError(record)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        if not isinstance(excinfo.value, VerdictError):
            return str(super().repr_failure(excinfo))
        record = excinfo.value.record
        lines = [
            f"{record.verdict.outcome} {record.case} [{record.mode}, {record.arch}]",
            f"  {record.verdict.reason}",
            *(f"  | {line}" for line in record.verdict.evidence),
            f"  reproduce: {record.reproduce}",
        ]
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name

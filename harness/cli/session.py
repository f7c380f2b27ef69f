"""One run of `bpf-harness check` from its first guest to its exit code: reports, guests, the end.

Knows nothing of where targets and cases come from.
"""

import re
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from harness.cli.signals import TimeLimitError
from harness.reports.directory import ReportDirectory
from harness.reports.jsonl import JsonlReport
from harness.reports.junit import JunitReport
from harness.reports.ktap import KtapReport
from harness.reports.matrix import MatrixReport
from harness.reports.progress import ProgressReport
from harness.reports.report import Report, Reports, RunSummary
from harness.reports.summary import SummaryReport
from harness.runner.batch import Isolation
from harness.runner.cases import Case
from harness.runner.code_differences import CodeDifferences
from harness.runner.filter_case import reading_code
from harness.runner.pool import GuestPool, Pool
from harness.runner.remote_guests import RemoteGuests
from harness.runner.remote_target import RemoteTarget
from harness.runner.run import Run
from harness.runner.target import Target
from harness.runner.tested import Tested
from harness.runner.votes import Votes
from harness.toolchain.disassembler import disassembler
from harness.values.deadline import Deadline
from harness.values.errors import ReportError
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome, exit_code
from harness.vm.snapshots import Snapshots

EXIT_TIME_LIMIT = 124

_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the whole run."""

    modes: tuple[Mode, ...]
    isolation: Isolation
    jobs: int
    deadline: Deadline
    boot_timeout_s: float
    snapshots: Snapshots | None
    """Where guests are restored from; None boots each."""

    many: bool
    """Whether there may be several targets: the guests' names and the summary tell them apart."""

    dump_memory: bool = False
    """Whether the memory of guests that hang is kept."""

    compares_code: bool = False
    """Whether there are targets that differ in the CPU only: their machine code is compared."""


class Session:
    """The guests and the reports of one run."""

    def __init__(self, settings: Settings, directory: ReportDirectory, total: int) -> None:
        """`total` is how many trials there will be, as far as is known."""
        self._settings = settings
        self._directory = directory
        self._progress = ProgressReport(sys.stderr, total)
        self._reports = Reports(self._all_reports(), _complain)
        self._pools: list[Pool] = []
        self._targets: list[Target | RemoteTarget] = []
        self._outcomes: list[Outcome] = []
        self._notes: list[str] = []
        self._votes = Votes()
        self._code = CodeDifferences()
        self._run: Run

    def conduct(self, feed: Callable[["Session"], None]) -> int:
        """Let `feed` start targets, wait until all have ended; the exit code of design."""
        settings = self._settings
        started, start_s = datetime.now().astimezone(), time.monotonic()
        executor = ThreadPoolExecutor(settings.jobs, "guest")
        complete = False
        try:
            with Run(executor, self._take, settings.isolation) as self._run:
                feed(self)
                complete = self._run.wait(settings.deadline)
                if complete:
                    self._hold_votes()
        except TimeLimitError:
            complete = False
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            self._reports.close(
                RunSummary(
                    started,
                    time.monotonic() - start_s,
                    sum(pool.started for pool in self._pools),
                    self._accel(),
                    interrupted=not complete,
                    notes=(*self._notes, *self._code.lines(), f"report: {self._directory.path}"),
                )
            )
        if not complete:
            return time_limit_came()
        return self._reports.exit_code(exit_code(tuple(self._outcomes)))

    def start(self, target: Target | RemoteTarget, cases: Sequence[Case]) -> None:
        """Begin to run the cases on a target; raises what earlier ones have raised."""
        pool = self._pool(target)
        self._pools.append(pool)
        self._targets.append(target)
        if self._settings.compares_code:
            # Its absence is better told now than in every trial.
            disassembler(target.arch)
            self._code.expect(target)
            cases = reading_code(cases)
        self._run.start(target, pool, cases, self._settings.modes)
        self._run.look()

    def _pool(self, target: Target | RemoteTarget) -> Pool:
        folder = partial(guest_folder, self._directory, target)
        if isinstance(target, RemoteTarget):
            return RemoteGuests(target, folder)
        return GuestPool(
            target,
            folder,
            boot_timeout_s=self._settings.boot_timeout_s,
            snapshots=self._settings.snapshots,
            dump_memory=self._settings.dump_memory,
            prefix=self._prefix(target) if self._settings.many else "",
        )

    def record(self, record: Record) -> None:
        """Take a record of a trial that no guest ran."""
        self._run.record(record)

    def leave_out(self, trials: int, line: str) -> None:
        """Trials that were counted will not be run; `line` says why."""
        self._progress.expect(-trials)
        self._progress.say(line)
        self._notes.append(line)

    def _hold_votes(self) -> None:
        """Everybody's ballot is in."""
        records = tuple(self._votes.records())
        self._progress.expect(len(records))
        for record in records:
            self._run.record(record)

    def _take(self, record: Record) -> None:
        self._votes.add(record)
        self._code.add(record)
        if record.final:
            self._outcomes.append(record.verdict.outcome)
        self._reports.add(record)

    def _all_reports(self) -> tuple[Report, ...]:
        directory = self._directory
        summary = MatrixReport if self._settings.many else SummaryReport
        return (
            JsonlReport(directory.results, directory.logs),
            JunitReport(directory.junit),
            KtapReport(directory.ktap),
            self._progress,
            summary(sys.stdout, directory.summary),
        )

    def _accel(self) -> str:
        """The accelerator with its reason, or those of many targets without."""
        if not self._settings.many:
            return str(self._targets[0].accel) if self._targets else "no guest"
        return " ".join(sorted({target.accel_name for target in self._targets})) or "no guest"

    def _prefix(self, target: Target) -> str:
        """`arm64-6.12.117-1-`: no other target's."""
        words = (str(target.arch), target.kernel.release, target.hardware.cpu_model or "")
        name = _NOT_IN_A_FILE_NAME.sub("_", "-".join(word for word in words if word))
        return f"{len(self._pools) + 1}-{name}-"


def guest_folder(directory: ReportDirectory, target: Tested, name: str) -> Path:
    """The folder of the guest of that name, which says what the guest is made of."""
    folder = directory.guest(name)
    folder.write_versions(target.versions())
    return folder.path


def make_directory(named: Path | None, parent: Path) -> ReportDirectory:
    """The folder the user named, or a new one in `parent`."""
    now = datetime.now().astimezone()
    if named is not None:
        return ReportDirectory.create_at(named, now)
    directory = ReportDirectory.create_in(parent, now)
    # The newest report by a fixed name, for people.
    with suppress(OSError):
        latest = parent / "latest"
        latest.unlink(missing_ok=True)
        latest.symlink_to(directory.path.name)
    return directory


def time_limit_came() -> int:
    """Say that the time is over; the exit code for it."""
    sys.stderr.write("bpf-harness: the time limit came before the last verdict\n")
    return EXIT_TIME_LIMIT


def _complain(error: ReportError) -> None:
    sys.stderr.write(f"bpf-harness: {error}\n")

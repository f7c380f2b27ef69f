"""`bpf-harness check`: cases on a kernel, verdicts as they come, a report, an exit code."""

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.cli.options import add_target, parse_modes
from harness.reports.directory import ReportDirectory
from harness.reports.jsonl import JsonlReport
from harness.reports.junit import JunitReport
from harness.reports.ktap import KtapReport
from harness.reports.progress import ProgressReport
from harness.reports.report import Reports, RunSummary
from harness.reports.summary import SummaryReport
from harness.runner.batch import Isolation
from harness.runner.cases import Case
from harness.runner.collect import Chosen, Collector
from harness.runner.pool import BOOT_TIMEOUT_S, GuestPool
from harness.runner.run import Run
from harness.runner.selection import parse_selection
from harness.runner.target import Target, prepare_target
from harness.toolchain.case_compiler import case_compiler
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import ReportError
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome, exit_code

_DEFAULT_PATHS = ("cases",)
_DEFAULT_REPORTS = Path("build/report")

EXIT_NOTHING_RAN = 4
EXIT_TIME_LIMIT = 124


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the paths and options."""
    parser.add_argument(
        "paths",
        nargs="*",
        default=list(_DEFAULT_PATHS),
        metavar="PATH",
        help="folders, .bpf.c files, objects or scenario_*.py, each maybe :PROGRAM "
        "(default: cases)",
    )
    add_target(parser)
    parser.add_argument(
        "--mode", action="append", help="interp, jit or jit-harden; may be repeated (default: all)"
    )
    parser.add_argument(
        "-k", dest="select", default="", metavar="EXPR", help="words and/or/not on case names"
    )
    parser.add_argument(
        "-j",
        dest="jobs",
        type=_positive,
        default=_default_jobs(),
        metavar="N",
        help="guests in parallel (default: one a core, at most 4)",
    )
    parser.add_argument("--isolate", default="batch", help="batch or case: a fresh guest for each")
    parser.add_argument("--cpu", default=None, help="QEMU CPU model instead of the default")
    parser.add_argument(
        "--report-dir",
        type=Path,
        default=None,
        metavar="DIR",
        help="where the report goes (default: a new folder in build/report)",
    )
    parser.add_argument(
        "--report-parent", type=Path, default=_DEFAULT_REPORTS, help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--timeout",
        type=_positive,
        default=None,
        metavar="SECONDS",
        help="for all of it; 124 after",
    )
    parser.add_argument(
        "--boot-timeout",
        type=_positive,
        default=int(BOOT_TIMEOUT_S),
        metavar="SECONDS",
        help="for a guest to become ready",
    )
    parser.add_argument("--list", action="store_true", help="print the cases and stop")


def run(args: argparse.Namespace) -> int:
    """Prepare, collect, run, report; the exit code of design: 0, 1, 3, 4 or 124."""
    arch = parse_arch(args.arch)
    modes = parse_modes(args.mode)
    isolation = Isolation.parse(args.isolate)
    choices = [Chosen.parse(text) for text in args.paths]
    wanted = parse_selection(args.select)
    deadline = Deadline.after(args.timeout or math.inf)
    target = prepare_target(arch, args.kernel, AccelChoice.parse(args.accel), cpu_model=args.cpu)
    cases = Collector(arch, case_compiler(arch)).collect(choices, wanted)
    if args.list:
        sys.stdout.writelines(f"{case.id}\n" for case in cases)
        return 0
    total = sum(len(set(case.modes) & set(modes)) for case in cases)
    if not total:
        sys.stderr.write(f"bpf-harness: nothing to run on {arch} of what was named\n")
        return EXIT_NOTHING_RAN
    check = _Check(
        target, _directory(args.report_dir, args.report_parent), modes, isolation, args.jobs
    )
    return check.run(cases, total, deadline, args.boot_timeout)


@dataclass(frozen=True, slots=True)
class _Check:
    """One run, with everything that is settled before it starts."""

    target: Target
    directory: ReportDirectory
    modes: tuple[Mode, ...]
    isolation: Isolation
    jobs: int

    def run(
        self, cases: Sequence[Case], total: int, deadline: Deadline, boot_timeout_s: float
    ) -> int:
        pool = GuestPool(self.target, self._guest_folder, boot_timeout_s=boot_timeout_s)
        outcomes: list[Outcome] = []
        reports = self._reports(total)
        started, start_s = datetime.now().astimezone(), time.monotonic()
        complete = False

        def take(record: Record) -> None:
            if record.final:
                outcomes.append(record.verdict.outcome)
            reports.add(record)

        executor = ThreadPoolExecutor(self.jobs, "guest")
        try:
            work = Run(self.target, pool, take, self.isolation)
            complete = work.execute(cases, self.modes, executor, deadline)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            reports.close(
                RunSummary(
                    started,
                    time.monotonic() - start_s,
                    pool.started,
                    str(self.target.accel),
                    interrupted=not complete,
                    notes=(f"report: {self.directory.path}",),
                )
            )
        if not complete:
            sys.stderr.write("bpf-harness: the time limit came before the last verdict\n")
            return EXIT_TIME_LIMIT
        return reports.exit_code(exit_code(tuple(outcomes)))

    def _reports(self, total: int) -> Reports:
        directory = self.directory
        return Reports(
            (
                JsonlReport(directory.results, directory.logs),
                JunitReport(directory.junit),
                KtapReport(directory.ktap),
                ProgressReport(sys.stderr, total),
                SummaryReport(sys.stdout, directory.summary),
            ),
            _complain,
        )

    def _guest_folder(self, name: str) -> Path:
        target = self.target
        folder = self.directory.guest(name)
        folder.write_versions(
            {
                "kernel": f"{target.kernel.release}, {target.kernel.origin}",
                "kernel sha256": target.kernel.digest,
                "image": target.image.digest,
                "agent": target.image.agent_build,
                "qemu": target.qemu_version,
                "acceleration": str(target.accel),
            }
        )
        return folder.path


def _directory(named: Path | None, parent: Path) -> ReportDirectory:
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


def _complain(error: ReportError) -> None:
    sys.stderr.write(f"bpf-harness: {error}\n")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def _default_jobs() -> int:
    """A guest under emulation keeps one core busy; a guest takes half a GiB."""
    return max(1, min(4, os.cpu_count() or 1))

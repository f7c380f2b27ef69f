"""What `bisect` and `bisect-step` share: their options, and asking one kernel their question."""

import argparse
import io
import math
import re
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.bisect.answer import Answer, Mark
from harness.bisect.trial import Question
from harness.cli.options import add_time_limits, add_trials, parse_modes
from harness.cli.session import guest_folder
from harness.cli.signals import TimeLimitError, time_limit
from harness.host.capacity import guests_at_once
from harness.reports.directory import ReportDirectory
from harness.reports.jsonl import JsonlReport
from harness.reports.report import Reports, RunSummary
from harness.reports.summary import SummaryReport
from harness.reports.text import one_line
from harness.runner.collect import Chosen, Collector
from harness.runner.selection import parse_selection
from harness.runner.target import Target, prepare_target
from harness.toolchain.case_compiler import case_compiler
from harness.values.accel import AccelChoice
from harness.values.arch import Arch, parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import CaseError, ReportError
from harness.values.record import Record

REASON_LIMIT = 300
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.+~-]+")


def add_question(parser: argparse.ArgumentParser) -> None:
    """Which cases, how, on what machine, for how long."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="CASE",
        help="folders, .bpf.c files, objects or scenario_*.py, each maybe :PROGRAM",
    )
    parser.add_argument("--arch", default="x86_64", help="architecture (default: x86_64)")
    parser.add_argument("--accel", default=AccelChoice.AUTO.value, help="auto, kvm or tcg")
    parser.add_argument("--cpu", default=None, metavar="MODEL", help="QEMU CPU model")
    add_trials(parser)
    add_time_limits(parser, "one kernel; one that takes longer is not testable")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The question of a command line, ready to be put to kernels."""

    arch: Arch
    question: Question
    accel: AccelChoice
    cpu_model: str | None
    limit_s: float

    @classmethod
    def parse(cls, args: argparse.Namespace) -> "Inquiry":
        """Reads and compiles the cases; raises UsageError for what is wrong with them."""
        arch = parse_arch(args.arch)
        modes, accel = parse_modes(args.mode), AccelChoice.parse(args.accel)
        choices = [Chosen.parse(text) for text in args.paths]
        wanted = parse_selection(args.select)
        cases = Collector(arch, case_compiler(arch)).collect(choices, wanted)
        if not any(mode in modes for case in cases for mode in case.modes):
            raise CaseError(
                f"nothing to run on {arch} of what was named",
                remedy="`bpf-harness check --list` shows the cases of a path",
            )
        question = Question(
            cases, modes, args.jobs or guests_at_once(arch.memory_mib), args.boot_timeout
        )
        return cls(arch, question, accel, args.cpu, args.timeout or math.inf)

    def ask(self, kernel: str, folder: Path) -> Answer:
        """The answer of one kernel, with the report of the run in `folder`.

        Raises HarnessError for a kernel that cannot be had, built or booted.
        """
        deadline = Deadline.after(self.limit_s)
        try:
            with time_limit(deadline):
                answer = self._ask(kernel, folder, deadline)
        except TimeLimitError:
            return Answer(Mark.SKIP, f"took longer than {self.limit_s:g} s")
        # Words of a guest are in it.
        return Answer(answer.mark, one_line(answer.reason, REASON_LIMIT))

    def _ask(self, kernel: str, folder: Path, deadline: Deadline) -> Answer:
        target = prepare_target(self.arch, kernel, self.accel, cpu_model=self.cpu_model)
        directory = ReportDirectory.create_at(folder, datetime.now().astimezone())
        report = _StepReport(directory, target)
        try:
            return self.question.ask(target, report.guest_folder, report.add, deadline)
        finally:
            report.close()


class _StepReport:
    """What is kept of one kernel: results.jsonl, summary.txt, and every guest's folder."""

    def __init__(self, directory: ReportDirectory, target: Target) -> None:
        self._directory = directory
        self._target = target
        self._started, self._start_s = datetime.now().astimezone(), time.monotonic()
        self._guests: list[Path] = []
        summary = SummaryReport(io.StringIO(), directory.summary)
        self._reports = Reports((JsonlReport(directory.results, directory.logs), summary), complain)

    def guest_folder(self, name: str) -> Path:
        self._guests.append(guest_folder(self._directory, self._target, name))
        return self._guests[-1]

    def add(self, record: Record) -> None:
        self._reports.add(record)

    def close(self) -> None:
        wall_s = time.monotonic() - self._start_s
        accel = str(self._target.accel)
        self._reports.close(RunSummary(self._started, wall_s, len(self._guests), accel))


def step_folder(parent: Path, name: str) -> Path:
    """Where the report of one kernel goes: a name that can be that of a folder."""
    return parent / _NOT_IN_A_FILE_NAME.sub("_", name)


def complain(error: ReportError) -> None:
    """A report that cannot be written takes no verdict along."""
    sys.stderr.write(f"bpf-harness: {error}\n")

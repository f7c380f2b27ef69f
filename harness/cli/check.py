"""`bpf-harness check`: cases on kernels, verdicts as they come, a report, an exit code."""

import argparse
import contextlib
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from harness.cli.options import (
    add_cold,
    add_targets,
    add_time_limits,
    add_trials,
    parse_modes,
    parse_targets,
    saved_states,
)
from harness.cli.remote_options import add_consent, add_remote, parse_remote, remote_target, spared
from harness.cli.session import Session, Settings, make_directory, time_limit_came
from harness.cli.signals import TimeLimitError, time_limit
from harness.host.capacity import guests_at_once
from harness.host.system_packages import require_programs
from harness.runner.batch import Isolation
from harness.runner.cases import Case
from harness.runner.collect import Chosen, Collector, Found
from harness.runner.matrix import (
    Prepared,
    broken_records,
    every_case,
    find_everywhere,
    first_to_run,
    no_package_line,
    prepare_each,
)
from harness.runner.remote_target import RemoteName
from harness.runner.selection import parse_selection
from harness.runner.target import Target, TargetName, prepare_target
from harness.toolchain.case_compiler import case_compiler
from harness.values.accel import AccelChoice
from harness.values.arch import Arch
from harness.values.deadline import Deadline
from harness.values.errors import HarnessError, InfrastructureError, NoPackageError, UsageError
from harness.values.mode import Mode

_DEFAULT_PATHS = ("cases",)
_DEFAULT_REPORTS = Path("build/report")

EXIT_NOTHING_RAN = 4


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
    add_targets(parser)
    add_cold(parser)
    add_remote(parser)
    add_consent(parser)
    add_trials(parser)
    parser.add_argument("--isolate", default="batch", help="batch or case: a fresh guest for each")
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
    add_time_limits(parser, "all of it; 124 after")
    parser.add_argument(
        "--cpu-sweep",
        action="store_true",
        help="on every CPU model for which the JIT emits other code",
    )
    parser.add_argument(
        "--dump-memory",
        action="store_true",
        help="keep the memory of guests that hang, as memory.elf in their folders",
    )
    parser.add_argument("--list", action="store_true", help="print the cases and stop")


def run(args: argparse.Namespace) -> int:
    """Prepare, collect, run, report; the exit code of design: 0, 1, 3, 4 or 124."""
    remote = parse_remote(args)
    names = () if remote else _on_cpus(parse_targets(args), sweep=args.cpu_sweep)
    check = _Check(
        settings=Settings(
            modes=parse_modes(args.mode),
            isolation=Isolation.parse(args.isolate),
            jobs=args.jobs or _guests_at_once(names),
            deadline=Deadline.after(args.timeout or math.inf),
            boot_timeout_s=args.boot_timeout,
            snapshots=saved_states(args),
            many=len(names) > 1,
            dump_memory=args.dump_memory,
            compares_code=len({name.cpu_model for name in names}) > 1,
        ),
        choices=tuple(Chosen.parse(text) for text in args.paths),
        wanted=parse_selection(args.select),
        accel=AccelChoice.parse(args.accel),
        list_only=args.list,
        report_dir=args.report_dir,
        report_parent=args.report_parent,
    )
    try:
        if remote is not None:
            return check.on_machine(remote)
        return check.on_many(names) if len(names) > 1 else check.on_one(names[0])
    except TimeLimitError:
        return time_limit_came()


def _guests_at_once(names: tuple[TargetName, ...]) -> int:
    """As many as fit; a machine that runs already is one."""
    return guests_at_once(max(name.arch.memory_mib for name in names)) if names else 1


def _on_cpus(names: tuple[TargetName, ...], *, sweep: bool) -> tuple[TargetName, ...]:
    """The targets on all CPU models worth it; raises UsageError if models were named as well."""
    if not sweep:
        return names
    if any(name.cpu_model is not None for name in names):
        raise UsageError("--cpu names the models, --cpu-sweep takes all: give only one of them")
    return tuple(swept for name in names for swept in name.on_every_cpu())


@dataclass(frozen=True, slots=True)
class _Check:
    """What the user asked for, but for the targets."""

    settings: Settings
    choices: tuple[Chosen, ...]
    wanted: Callable[[str], bool]
    accel: AccelChoice
    list_only: bool
    report_dir: Path | None
    report_parent: Path

    def on_one(self, name: TargetName) -> int:
        """Nothing is run unless the target is there and every case can be read."""
        target = self._prepare(name)
        found = self._find(name.arch)
        total = self._trials(found.cases)
        if self.list_only or not total:
            return self._without_guests({name.arch: found})
        return self._session(total).conduct(lambda session: session.start(target, found.cases))

    def on_machine(self, name: RemoteName) -> int:
        """The same on a machine that runs already; what may crash it is left out and told."""
        with time_limit(self.settings.deadline), contextlib.ExitStack() as stack:
            target = stack.enter_context(remote_target(name))
            found = self._find(target.arch)
            stack = stack.pop_all()
        with stack:
            cases, line = spared(name, found.cases)
            total = self._trials(found.cases)
            if line and not self._trials(cases):
                sys.stderr.write(f"bpf-harness: {line}\n")
            if self.list_only or not self._trials(cases):
                return self._without_guests({target.arch: replace(found, cases=cases)})
            with time_limit(self.settings.deadline):
                target.prove()

            def feed(session: Session) -> None:
                if line:
                    session.leave_out(total - self._trials(cases), line)
                session.start(target, cases)

            return self._session(total).conduct(feed)

    def _find(self, arch: Arch) -> Found:
        collector = Collector(arch, case_compiler(arch))
        return find_everywhere([(arch, collector)], self.choices, self.wanted)[arch]

    def on_many(self, names: tuple[TargetName, ...]) -> int:
        """Every case is read for every architecture first; targets that fail cost only theirs."""
        collectors, failed = self._collectors(tuple(dict.fromkeys(name.arch for name in names)))
        found = find_everywhere(collectors.items(), self.choices, self.wanted)
        # What an architecture would have run that cannot read a case is what the others run.
        cases = dict.fromkeys(failed, every_case(found))
        cases.update((arch, one.cases) for arch, one in found.items())
        total = sum(self._trials(cases[name.arch]) for name in names)
        if self.list_only or not total:
            return self._without_guests(found)

        def prepare(name: TargetName) -> Target:
            if name.arch in failed:
                raise failed[name.arch]
            return self._prepare(name)

        def feed(session: Session) -> None:
            begun: dict[tuple[object, ...], TargetName] = {}
            for step in chain(first, steps):
                self._begin(session, step, cases[step.name.arch], begun)

        steps = prepare_each(names, prepare)
        first = first_to_run(steps)
        return self._session(total).conduct(feed)

    def _collectors(
        self, arches: tuple[Arch, ...]
    ) -> tuple[dict[Arch, Collector], dict[Arch, InfrastructureError]]:
        """The collectors, and the architectures for which this machine cannot compile."""
        collectors: dict[Arch, Collector] = {}
        failed: dict[Arch, InfrastructureError] = {}
        for arch in arches:
            try:
                with time_limit(self.settings.deadline):
                    require_programs(arch)
                    collectors[arch] = Collector(arch, case_compiler(arch))
            except InfrastructureError as error:
                failed[arch] = error
        if failed and (self.list_only or not collectors):
            raise next(iter(failed.values()))
        return collectors, failed

    def _begin(
        self,
        session: Session,
        step: Prepared,
        cases: tuple[Case, ...],
        begun: dict[tuple[object, ...], TargetName],
    ) -> None:
        outcome = step.outcome
        if isinstance(outcome, NoPackageError):
            session.leave_out(self._trials(cases), no_package_line(step.name, outcome))
        elif isinstance(outcome, HarnessError):
            for record in broken_records(step.name, cases, self.settings.modes, outcome):
                session.record(record)
        else:
            same = begun.setdefault(outcome.identity, step.name)
            if same is step.name:
                session.start(outcome, cases)
            else:
                line = f"{step.name}: the same kernel as {same}, {outcome.kernel.release}"
                session.leave_out(self._trials(cases), line)

    def _prepare(self, name: TargetName) -> Target:
        with time_limit(self.settings.deadline):
            return prepare_target(name.arch, name.kernel, self.accel, cpu_model=name.cpu_model)

    def _trials(self, cases: tuple[Case, ...]) -> int:
        modes: set[Mode] = set(self.settings.modes)
        return sum(len(modes.intersection(case.modes)) for case in cases)

    def _session(self, total: int) -> Session:
        directory = make_directory(self.report_dir, self.report_parent)
        return Session(self.settings, directory, total)

    def _without_guests(self, found: dict[Arch, Found]) -> int:
        """--list, or nothing to do."""
        if not self.list_only:
            arches = ", ".join(str(arch) for arch in found)
            sys.stderr.write(f"bpf-harness: nothing to run on {arches} of what was named\n")
            return EXIT_NOTHING_RAN
        sys.stdout.writelines(f"{line}\n" for line in _listing(found))
        return 0


def _listing(found: dict[Arch, Found]) -> list[str]:
    """Every case once; after a # those that say themselves that they are not for all of these."""
    cases = dict.fromkeys(str(case.id) for one in found.values() for case in one.cases)
    not_here: dict[str, list[str]] = {}
    for arch, one in found.items():
        for left in one.not_here:
            not_here.setdefault(f"{left.id}: {left.reason}", []).append(str(arch))
    notes = (f"# not on {' '.join(arches)}: {text}" for text, arches in not_here.items())
    return [*cases, *notes]

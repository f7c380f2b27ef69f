"""`bpf-harness bench`: what the harness costs, as ratios within this one run."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

from harness.bench.boot import measure_boot
from harness.bench.command import measure_run
from harness.bench.guests import measure_guests
from harness.bench.host import measure_host
from harness.bench.rate import measure_rate
from harness.bench.row import Row, format_rows
from harness.bench.ssh import measure_ssh
from harness.bench.streams import measure_streams
from harness.bench.warm import measure_suite, measure_warm
from harness.cli.options import add_targets, parse_targets
from harness.runner.matrix import no_package_line
from harness.runner.target import Target, TargetName, prepare_target
from harness.values.accel import AccelChoice
from harness.values.errors import NoPackageError


class Measure(Enum):
    """What can be measured."""

    BOOT = "boot"
    RATE = "rate"
    HOST = "host"
    WARM = "warm"
    RUN = "run"
    SUITE = "suite"
    SSH = "ssh"
    GUESTS = "guests"
    STREAMS = "streams"


_OF_ONE_TARGET = tuple(Measure)
_OF_MANY_TARGETS = (Measure.BOOT, Measure.GUESTS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_targets(parser)
    parser.add_argument(
        "--measure",
        action="append",
        choices=[measure.value for measure in Measure],
        help="boot, rate, host, warm, run, suite, ssh, streams: of every target; guests: wall "
        "time of check on all of them with one guest and with two; may be repeated (default: all "
        "of one target, boot and guests of many)",
    )
    parser.add_argument("--boots", type=int, default=5, help="boots of each kind (default: 5)")
    parser.add_argument("--trials", type=int, default=5000, help="host-side trials")


def run(args: argparse.Namespace) -> int:
    """Print a table of the measured, the bar and what it was measured with."""
    names = parse_targets(args)
    measures = _measures(args.measure, len(names))
    accel = AccelChoice.parse(args.accel)
    rows: list[Row] = []
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bpf-harness-bench-") as path:
        folder = Path(path)
        for name, target in _prepared(names, accel, lines):
            sys.stderr.write(f"bpf-harness: measuring {target.kernel} on {target.arch}\n")
            rows += _measure_one(target, name, measures, folder, args)
        if Measure.GUESTS in measures:
            rows += measure_guests(names, accel, folder)
    sys.stdout.writelines(f"{line}\n" for line in (*format_rows(rows), *lines))
    return 0


def _measures(words: Sequence[str] | None, targets: int) -> tuple[Measure, ...]:
    if words:
        return tuple(Measure(word) for word in words)
    return _OF_ONE_TARGET if targets == 1 else _OF_MANY_TARGETS


def _prepared(
    names: Sequence[TargetName], accel: AccelChoice, lines: list[str]
) -> Iterator[tuple[TargetName, Target]]:
    """The targets there are; `lines` gets how each was run, or that it has no package."""
    for name in names:
        try:
            target = prepare_target(name.arch, name.kernel, accel, cpu_model=name.cpu_model)
        except NoPackageError as error:
            if len(names) == 1:
                raise
            lines.append(no_package_line(name, error))
            continue
        lines.append(f"{target.kernel} on {target.arch}, {target.accel}")
        yield name, target


def _measure_one(
    target: Target,
    name: TargetName,
    measures: Sequence[Measure],
    folder: Path,
    args: argparse.Namespace,
) -> Iterator[Row]:
    if Measure.BOOT in measures:
        yield from measure_boot(target, folder, args.boots)
    if Measure.RATE in measures:
        yield from measure_rate(target, folder)
    if Measure.HOST in measures:
        yield from measure_host(target, folder, args.trials)
    if Measure.WARM in measures:
        yield from measure_warm(target, name, folder, args.boots)
    if Measure.RUN in measures:
        yield from measure_run(target, name, args.boots)
    if Measure.STREAMS in measures:
        yield from measure_streams(target, folder)
    if Measure.SUITE in measures:
        yield from measure_suite(target, name, folder)
    if Measure.SSH in measures:
        yield from measure_ssh(target, folder)

"""`bpf-harness bench`: what the harness costs, as ratios within this one run."""

import argparse
import sys
import tempfile
from pathlib import Path

from harness.bench.boot import measure_boot
from harness.bench.host import measure_host
from harness.bench.rate import measure_rate
from harness.bench.row import Row, format_rows
from harness.cli.options import add_target
from harness.runner.target import prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_target(parser)
    parser.add_argument("--boots", type=int, default=5, help="boots of each kind (default: 5)")
    parser.add_argument("--trials", type=int, default=5000, help="host-side trials")


def run(args: argparse.Namespace) -> int:
    """Print a table of the measured, the bar and what it was measured with."""
    target = prepare_target(parse_arch(args.arch), args.kernel, AccelChoice.parse(args.accel))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bpf-harness-bench-") as folder:
        rows += measure_boot(target, Path(folder), args.boots)
        rows += measure_rate(target, Path(folder))
        rows += measure_host(target, Path(folder), args.trials)
    sys.stdout.writelines(f"{line}\n" for line in format_rows(rows))
    sys.stdout.write(f"{target.kernel} on {target.arch}, {target.accel}\n")
    return 0

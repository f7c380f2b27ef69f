"""`bpf-harness compare`: two reports, and every trial that did not come to the same in both."""

import argparse
import sys
from pathlib import Path

from harness.reports.comparison import compare
from harness.reports.directory import ReportDirectory
from harness.reports.jsonl import read_results
from harness.reports.text import scrub
from harness.values.errors import UsageError
from harness.values.record import Record

EXIT_SAME, EXIT_DIFFERENT = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the two reports."""
    for name in ("before", "after"):
        parser.add_argument(
            name, type=Path, metavar=name.upper(), help="a report's folder or its results.jsonl"
        )


def run(args: argparse.Namespace) -> int:
    """0 if all trials came to the same, 1 if not."""
    before, after = _read(args.before), _read(args.after)
    found = compare(before, after)
    sys.stdout.writelines(f"{scrub(str(difference))}\n" for difference in found)
    counts = " and ".join(str(sum(r.final for r in records)) for records in (before, after))
    ending = "" if len(found) == 1 else "s"
    sys.stdout.write(f"{counts} trials, {len(found) or 'no'} difference{ending}\n")
    return EXIT_DIFFERENT if found else EXIT_SAME


def _read(path: Path) -> tuple[Record, ...]:
    """Raises UsageError for a run that has no trials, or that was not written to its end."""
    results = read_results(ReportDirectory(path).results if path.is_dir() else path)
    if results.torn or not any(record.final for record in results.records):
        raise UsageError(
            f"{path} holds no whole run", remedy="name the folder of a run that has ended"
        )
    return results.records

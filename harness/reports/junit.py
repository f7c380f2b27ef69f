"""junit.xml: the report that CI servers read.

Renewed from time to time while the run lasts, so that a killed run leaves a whole file too.
"""

import time
from pathlib import Path
from xml.etree import ElementTree

from harness.reports.files import write_whole
from harness.reports.renewal import Clock, Renewal
from harness.reports.report import RunSummary
from harness.reports.suite import SuiteName, Suites, TestResult
from harness.reports.text import one_line, scrub
from harness.values.record import Record
from harness.values.verdict import Outcome

_RENEW_S = 30.0

# An accusation of the kernel is a failure; what is our own fault is an error.
_ELEMENTS = {
    Outcome.CRASHED: "failure",
    Outcome.FAILED: "failure",
    Outcome.BROKEN: "error",
    Outcome.UNSUPPORTED: "skipped",
}


class JunitReport:
    """A testsuite for every group, mode, architecture and kernel."""

    def __init__(self, path: Path, clock: Clock = time.monotonic) -> None:
        self._path = path
        self._suites = Suites()
        self._renewal = Renewal(_RENEW_S, clock)

    def add(self, record: Record) -> None:
        self._suites.add(record)
        if self._renewal.due():
            self._write(None)

    def close(self, summary: RunSummary) -> None:
        self._write(summary)

    def _write(self, summary: RunSummary | None) -> None:
        root = ElementTree.Element("testsuites", name="bpf-harness")
        if summary is not None:
            root.set("time", f"{summary.wall_s:.3f}")
            root.set("timestamp", summary.started.isoformat(timespec="seconds"))
        totals = {"tests": 0, "failure": 0, "error": 0, "skipped": 0}
        for name, results in self._suites.items():
            counts = _add_suite(root, name, results)
            totals = {key: totals[key] + counts[key] for key in totals}
        _set_counts(root, totals)
        ElementTree.indent(root)
        write_whole(self._path, ElementTree.tostring(root, "utf-8", xml_declaration=True) + b"\n")


def _add_suite(
    root: ElementTree.Element, name: SuiteName, results: tuple[TestResult, ...]
) -> dict[str, int]:
    """Adds one suite; gives back its counts by element."""
    suite = ElementTree.SubElement(root, "testsuite", name=scrub(str(name)))
    counts = {"tests": len(results), "failure": 0, "error": 0, "skipped": 0}
    for result in results:
        _add_case(suite, name, result)
        if result.outcome is not Outcome.PASSED:
            counts[_ELEMENTS[result.outcome]] += 1
    _set_counts(suite, counts)
    suite.set("time", f"{sum(result.duration_s for result in results):.3f}")
    return counts


def _set_counts(element: ElementTree.Element, counts: dict[str, int]) -> None:
    for attribute, key in (
        ("tests", "tests"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        element.set(attribute, str(counts[key]))


def _add_case(suite: ElementTree.Element, name: SuiteName, result: TestResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=scrub(f"{name.group}.{name.mode}.{name.arch}"),
        name=scrub(result.case),
        time=f"{result.duration_s:.3f}",
    )
    if result.outcome is Outcome.PASSED:
        return
    detail = ElementTree.SubElement(case, _ELEMENTS[result.outcome])
    detail.set("message", one_line(result.reason))
    if result.outcome is not Outcome.UNSUPPORTED:
        detail.set("type", result.outcome.value)
    detail.text = scrub("\n".join((result.reason, *result.details)))

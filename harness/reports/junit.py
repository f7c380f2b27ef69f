"""junit.xml: the report that CI servers read."""

from xml.etree import ElementTree

from harness.reports.report import RunSummary
from harness.reports.suite import SuiteName, Suites, TestResult
from harness.reports.suite_report import SuiteReport
from harness.reports.text import one_line, scrub
from harness.values.verdict import Outcome

# An accusation of the kernel is a failure; what is our own fault is an error.
_ELEMENTS = {
    Outcome.CRASHED: "failure",
    Outcome.FAILED: "failure",
    Outcome.BROKEN: "error",
    Outcome.UNSUPPORTED: "skipped",
}


class JunitReport(SuiteReport):
    """A testsuite for every group, mode, architecture and kernel."""

    def _content(self, suites: Suites, summary: RunSummary | None) -> bytes:
        root = ElementTree.Element("testsuites", name="bpf-harness")
        if summary is not None:
            root.set("time", f"{summary.wall_s:.3f}")
            root.set("timestamp", summary.started.isoformat(timespec="seconds"))
        totals = {"tests": 0, "failure": 0, "error": 0, "skipped": 0}
        for name, results in suites.items():
            counts = _add_suite(root, name, results)
            totals = {key: totals[key] + counts[key] for key in totals}
        _set_counts(root, totals)
        ElementTree.indent(root)
        text: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
        return text + b"\n"


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

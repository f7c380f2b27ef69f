"""results.ktap: KTAP version 1 (Documentation/dev-tools/ktap.rst), as kernel CI reads it.

A suite's plan comes before its first result, and guests finish in any order: so the file is
written as a whole.
"""

from collections.abc import Iterator

from harness.reports.report import RunSummary
from harness.reports.suite import SuiteName, Suites, TestResult
from harness.reports.suite_report import SuiteReport
from harness.reports.text import one_line, verbatim_line
from harness.values.verdict import Outcome

_VERSION = "KTAP version 1"
_INDENT = "  "


class KtapReport(SuiteReport):
    """A nested test for every group, mode, architecture and kernel."""

    def _content(self, suites: Suites, summary: RunSummary | None) -> bytes:
        del summary
        lines = "".join(f"{line}\n" for line in _lines(suites))
        return lines.encode("utf-8", "replace")


def _lines(suites: Suites) -> Iterator[str]:
    items = suites.items()
    yield _VERSION
    yield f"1..{len(items)}"
    for number, (name, results) in enumerate(items, 1):
        for line in _suite_lines(name, results):
            yield _INDENT + line
        word = "not ok" if any(_is_bad(result) for result in results) else "ok"
        yield f"{word} {number} {_describe(str(name))}{_suite_directive(results)}"


def _suite_lines(name: SuiteName, results: tuple[TestResult, ...]) -> Iterator[str]:
    yield _VERSION
    yield f"# Subtest: {_describe(str(name))}"
    yield f"1..{len(results)}"
    for number, result in enumerate(results, 1):
        if result.outcome is not Outcome.PASSED:
            for detail in (f"{result.outcome} {result.reason}", *result.details):
                yield f"# {verbatim_line(detail)}"
        word = "not ok" if _is_bad(result) else "ok"
        yield f"{word} {number} {_describe(result.case)}{_directive(result)}"


def _is_bad(result: TestResult) -> bool:
    return result.outcome not in (Outcome.PASSED, Outcome.UNSUPPORTED)


def _directive(result: TestResult) -> str:
    """SKIP for what the kernel cannot do, ERROR for what we could not find out."""
    if result.outcome is Outcome.UNSUPPORTED:
        return f" # SKIP {_describe(result.reason)}"
    if result.outcome is Outcome.BROKEN:
        return f" # ERROR {_describe(result.reason)}"
    return ""


def _suite_directive(results: tuple[TestResult, ...]) -> str:
    if all(result.outcome is Outcome.UNSUPPORTED for result in results):
        return " # SKIP nothing in it is supported"
    return ""


def _describe(text: str) -> str:
    """A description: one line, without the # that would begin a directive."""
    return one_line(text).replace("#", "_")

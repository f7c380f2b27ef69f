"""results.ktap: KTAP version 1 (Documentation/dev-tools/ktap.rst), as kernel CI reads it.

A suite's plan comes before its first result, and guests finish in any order: so the file is
written as a whole, when the run ends and from time to time before.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from harness.reports.files import write_whole
from harness.reports.renewal import Clock, Renewal
from harness.reports.report import RunSummary
from harness.reports.suite import SuiteName, Suites, TestResult
from harness.reports.text import one_line, verbatim_line
from harness.values.record import Record
from harness.values.verdict import Outcome

_RENEW_S = 30.0
_VERSION = "KTAP version 1"
_INDENT = "  "


class KtapReport:
    """A nested test for every group, mode, architecture and kernel."""

    def __init__(self, path: Path, clock: Clock = time.monotonic) -> None:
        self._path = path
        self._suites = Suites()
        self._renewal = Renewal(_RENEW_S, clock)

    def add(self, record: Record) -> None:
        self._suites.add(record)
        if self._renewal.due():
            self._write()

    def close(self, summary: RunSummary) -> None:
        self._write()

    def _write(self) -> None:
        lines = "".join(f"{line}\n" for line in _lines(self._suites))
        write_whole(self._path, lines.encode("utf-8", "replace"))


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

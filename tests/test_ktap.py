"""Rules of results.ktap, held by a small reader that follows the specification strictly."""

import re
from pathlib import Path

from harness.reports.ktap import KtapReport
from harness.values.record import Record
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record

_RESULT = re.compile(
    r"(ok|not ok) (\d+)(?: (?:- )?([^#]+?))?(?: # (SKIP|XFAIL|TIMEOUT|ERROR)(?: (.*))?)?"
)


def _write(tmp_path: Path, *records: Record) -> list[str]:
    report = KtapReport(tmp_path / "results.ktap")
    for record in records:
        report.add(record)
    report.close(SUMMARY)
    return (tmp_path / "results.ktap").read_text().splitlines()


def _read_ktap(lines: list[str], indent: str = "") -> list[tuple[str, str, str | None]]:
    """The results of one level and those below; asserts the rules of KTAP version 1."""
    assert lines.pop(0) == f"{indent}KTAP version 1"
    while lines[0].startswith(f"{indent}# "):
        lines.pop(0)
    plan = re.fullmatch(rf"{indent}1\.\.(\d+)", lines.pop(0))
    assert plan is not None
    results: list[tuple[str, str, str | None]] = []
    for number in range(1, int(plan[1]) + 1):
        while lines[0].startswith(f"{indent}# "):
            lines.pop(0)
        if lines[0].startswith(f"{indent}  KTAP version"):
            results += _read_ktap(lines, indent + "  ")
        match = _RESULT.fullmatch(lines.pop(0).removeprefix(indent))
        assert match is not None
        assert int(match[2]) == number
        results.append((match[1], match[3], match[4]))
    return results


def test_the_file_follows_the_specification(tmp_path: Path) -> None:
    """Version, plan, diagnostics, results in order, nested by two spaces."""
    lines = _write(
        tmp_path,
        make_record(program="z"),
        make_record(Outcome.CRASHED, "BUG", program="a", evidence=("line 1", "line 2")),
        make_record(Outcome.BROKEN, "no QEMU", program="c"),
        make_record(Outcome.UNSUPPORTED, "no fentry", program="d", mode="interp"),
    )

    assert _read_ktap(lines) == [
        ("ok", "cases/verifier/oob.bpf.c:d", "SKIP"),
        ("ok", "verifier interp x86_64 6.12.107-cloud-amd64", "SKIP"),
        ("not ok", "cases/verifier/oob.bpf.c:a", None),
        ("not ok", "cases/verifier/oob.bpf.c:c", "ERROR"),
        ("ok", "cases/verifier/oob.bpf.c:z", None),
        ("not ok", "verifier jit x86_64 6.12.107-cloud-amd64", None),
    ]
    assert lines == []


def test_no_text_of_ours_looks_like_a_directive(tmp_path: Path) -> None:
    """A # in a name would begin one, and a newline another result."""
    reason = "no # SKIP\x1b[2J"
    lines = _write(
        tmp_path, make_record(Outcome.UNSUPPORTED, reason, program="a # TODO\nok 7 evil\r")
    )

    assert "  ok 1 cases/verifier/oob.bpf.c:a _ TODO ok 7 evil # SKIP no _ SKIP\\x1b[2J" in lines
    assert len(_read_ktap(lines)) == 2


def test_the_reason_stands_before_the_result(tmp_path: Path) -> None:
    """As diagnostic lines, which is where the specification wants them."""
    lines = _write(tmp_path, make_record(Outcome.FAILED, "retval 5, expected 4"))

    at = lines.index("  not ok 1 cases/verifier/oob.bpf.c:oob_value")
    assert lines[at - 3 : at - 1] == [
        "  # FAILED retval 5, expected 4",
        "  # guest: guests/x86_64-1",
    ]


def test_retried_attempts_are_left_out(tmp_path: Path) -> None:
    """A trial has one result."""
    lines = _write(tmp_path, make_record(Outcome.BROKEN, "x", final=False), make_record())

    assert [result[0] for result in _read_ktap(lines)] == ["ok", "ok"]


def test_the_file_is_renewed_while_the_run_lasts(tmp_path: Path) -> None:
    """A killed run leaves a whole file with what it had by then."""
    now = [100.0]
    path = tmp_path / "results.ktap"
    report = KtapReport(path, clock=lambda: now[0])
    report.add(make_record())
    assert not path.exists()

    now[0] += 31
    report.add(make_record(program="b"))

    assert len(_read_ktap(path.read_text().splitlines())) == 3


def test_a_run_without_trials_has_an_empty_plan(tmp_path: Path) -> None:
    """Nothing ran, and the file says so."""
    assert _write(tmp_path) == ["KTAP version 1", "1..0"]

"""Rules of junit.xml: whole at any time, parses, and counts what it holds."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.reports.junit import JunitReport
from harness.values.errors import ReportError
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record


def _parse(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()


def _full_run(path: Path) -> ElementTree.Element:
    report = JunitReport(path)
    report.add(make_record())
    report.add(make_record(Outcome.CRASHED, "kernel BUG at a.c:1!", program="a"))
    report.add(make_record(Outcome.FAILED, "retval 5, expected 4", program="b"))
    report.add(make_record(Outcome.BROKEN, "QEMU did not start", program="c", final=False))
    report.add(make_record(Outcome.BROKEN, "QEMU did not start", program="c"))
    report.add(make_record(Outcome.UNSUPPORTED, "no fentry", program="d", mode="interp"))
    report.close(SUMMARY)
    return _parse(path)


def test_there_is_a_suite_for_each_group_and_mode(tmp_path: Path) -> None:
    """Also for each architecture and kernel."""
    root = _full_run(tmp_path / "junit.xml")

    assert [suite.get("name") for suite in root] == [
        "verifier interp x86_64 6.12.107-cloud-amd64",
        "verifier jit x86_64 6.12.107-cloud-amd64",
    ]


def test_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    """An accusation is a failure, our own fault an error; retried attempts do not count."""
    root = _full_run(tmp_path / "junit.xml")

    for element in (root, *root):
        for attribute, tag in (
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(element.get(attribute, "-1")) == len(list(element.iter(tag)))
        assert int(element.get("tests", "-1")) == len(list(element.iter("testcase")))
    totals = [root.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert totals == ["5", "2", "1", "1"]


def test_a_case_says_why_and_how_to_run_it_again(tmp_path: Path) -> None:
    """All that is needed to reproduce it is in the report."""
    path = tmp_path / "junit.xml"
    report = JunitReport(path)
    report.add(make_record(Outcome.FAILED, "retval 5, expected 4", evidence=("r0 = 5",)))
    report.close(SUMMARY)

    (failure,) = _parse(path).iter("failure")

    assert (failure.get("message"), failure.get("type")) == ("retval 5, expected 4", "FAILED")
    assert failure.text == (
        "retval 5, expected 4\nr0 = 5\nguest: guests/x86_64-1\n"
        "reproduce: bpf-harness check cases/verifier/oob.bpf.c:oob_value --mode jit"
    )


def test_anything_a_guest_prints_stays_xml(tmp_path: Path) -> None:
    """XML 1.0 has no way to write most control characters."""
    everything = "".join(map(chr, range(0xD800))) + "\ud800\udfff\ufffe\uffff]]>&<\U0001f600"
    path = tmp_path / "junit.xml"
    report = JunitReport(path)
    report.add(make_record(Outcome.FAILED, "bad\x00\x1b[2J", evidence=(everything,)))
    report.close(SUMMARY)

    (failure,) = _parse(path).iter("failure")

    assert failure.get("message") == "bad\\x00\\x1b[2J"
    assert failure.text is not None
    assert "]]>&<\U0001f600" in failure.text
    assert "\\ud800\\udfff\\ufffe\\uffff" in failure.text


def test_the_file_is_renewed_while_the_run_lasts(tmp_path: Path) -> None:
    """A killed run leaves a whole file with what it had by then."""
    now = [100.0]
    path = tmp_path / "junit.xml"
    report = JunitReport(path, clock=lambda: now[0])
    report.add(make_record())
    assert not path.exists()

    now[0] += 31
    report.add(make_record(program="b"))

    assert _parse(path).get("tests") == "2"
    assert list(tmp_path.iterdir()) == [path]


def test_a_run_without_trials_gives_a_whole_file(tmp_path: Path) -> None:
    """As after Ctrl-C in the first second."""
    report = JunitReport(tmp_path / "junit.xml")
    report.close(SUMMARY)

    root = _parse(tmp_path / "junit.xml")

    assert (root.get("tests"), root.get("time"), len(root)) == ("0", "83.250", 0)


def test_a_failed_renewal_leaves_the_old_file(tmp_path: Path) -> None:
    """A half-written report is worse than an older one."""
    path = tmp_path / "junit.xml"
    report = JunitReport(path)
    report.close(SUMMARY)
    before = path.read_bytes()
    (tmp_path / ".junit.xml.new").symlink_to("/dev/full")

    with pytest.raises(ReportError, match="No space left"):
        report.close(SUMMARY)

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]

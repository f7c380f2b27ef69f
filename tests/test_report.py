"""Rules of several reports as one: a full disk costs the report, never the verdicts."""

from harness.reports.report import Report, Reports, RunSummary
from harness.values.errors import ReportError
from harness.values.record import Record
from tests.records import SUMMARY, make_record


class _Kept:
    """A report that keeps what it is given, and fails from some record on."""

    def __init__(self, room: int = 1000) -> None:
        self.records: list[Record] = []
        self.closed = 0
        self._room = room

    def add(self, record: Record) -> None:
        if len(self.records) == self._room:
            raise ReportError("cannot write x: No space left on device")
        self.records.append(record)

    def close(self, summary: RunSummary) -> None:
        self.closed += 1
        if self._room == 0:
            raise ReportError("cannot write y")


def _reports(*reports: Report) -> tuple[Reports, list[ReportError]]:
    complaints: list[ReportError] = []
    return Reports(reports, complaints.append), complaints


def test_every_report_gets_everything() -> None:
    """In the order in which it came."""
    first, second = _Kept(), _Kept()
    reports, complaints = _reports(first, second)
    reports.add(make_record())
    reports.close(SUMMARY)

    assert first.records == second.records == [make_record()]
    assert (first.closed, second.closed, complaints) == (1, 1, [])
    assert [reports.exit_code(code) for code in (0, 1, 2, 3, 4, 124)] == [0, 1, 2, 3, 4, 124]


def test_a_report_that_fails_is_given_up_after_one_message() -> None:
    """The others go on; a thousand trials do not give a thousand messages."""
    full, fine = _Kept(room=2), _Kept()
    reports, complaints = _reports(full, fine)
    for _ in range(10):
        reports.add(make_record())
    reports.close(SUMMARY)

    assert (len(full.records), full.closed) == (2, 0)
    assert (len(fine.records), fine.closed) == (10, 1)
    assert [error.message for error in complaints] == ["cannot write x: No space left on device"]
    assert reports.failures == tuple(complaints)


def test_a_report_that_fails_at_the_end_does_not_stop_the_others() -> None:
    """The summary is printed although junit.xml found no room."""
    full, fine = _Kept(room=0), _Kept()
    reports, complaints = _reports(full, fine)
    reports.close(SUMMARY)

    assert (fine.closed, len(complaints)) == (1, 1)


def test_a_missing_report_is_infrastructure_unless_the_kernel_is_bad() -> None:
    """Exit code 3 in place of 0 and 4; what is worse stays."""
    reports, _ = _reports(_Kept(room=0))
    reports.add(make_record())

    assert [reports.exit_code(code) for code in (0, 1, 2, 3, 4, 124)] == [3, 1, 2, 3, 3, 124]

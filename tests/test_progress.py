"""Rules of the progress line: one that changes on a terminal, plain lines anywhere else."""

import io

from harness.reports.progress import ProgressReport
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_that_changes() -> None:
    """It is cut to the width, and gone at the end."""
    stream = _Terminal()
    now = [0.0]
    report = ProgressReport(stream, 2, clock=lambda: now[0], width=60)
    now[0] = 1.5
    report.add(make_record())
    report.add(make_record(program="x" * 100))
    report.close(SUMMARY)

    frames = stream.getvalue().split("\r\x1b[K")
    assert frames[1:] == [
        "[1/2] 1 passed · 2 s · cases/verifier/oob.bpf.c:oob_value",
        "[2/2] 2 passed · 2 s · cases/verifier/oob.bpf.c:xxxxxxxxxx…",
        "",
    ]
    assert "\n" not in stream.getvalue()
    assert max(map(len, frames)) < 60


def test_a_terminal_is_not_written_to_for_every_trial() -> None:
    """Ten times a second is enough for anybody."""
    stream = _Terminal()
    now = [0.0]
    report = ProgressReport(stream, 10_000, clock=lambda: now[0], width=80)

    for _ in range(5000):
        now[0] += 0.001
        report.add(make_record())

    assert stream.getvalue().count("\r") <= 50


def test_what_did_not_pass_stays_on_the_terminal() -> None:
    """It is above the changing line, at once."""
    stream = _Terminal()
    report = ProgressReport(stream, 9, width=80)
    report.add(make_record(Outcome.FAILED, "retval 5,\nexpected 4".replace("\n", " ")))

    assert (
        "\r\x1b[KFAILED cases/verifier/oob.bpf.c:oob_value [jit, x86_64, 6.12.107-cloud-amd64]: "
        "retval 5, expected 4\n"
    ) in stream.getvalue()


def test_a_file_gets_whole_lines_and_no_control_characters() -> None:
    """Now and then a line, and at once whatever did not pass."""
    stream = io.StringIO()
    now = [0.0]
    report = ProgressReport(stream, 500, clock=lambda: now[0])
    for number in range(150):
        report.add(make_record(program=str(number)))
    report.add(make_record(Outcome.BROKEN, "\x1b[2Jno QEMU\r", final=False))
    report.add(make_record(Outcome.CRASHED, "\x1b[2JBUG"))
    now[0] = 10.0
    report.add(make_record())
    report.close(SUMMARY)

    lines = stream.getvalue().splitlines()
    assert lines == [
        "[100/500] 100 passed · 0 s · cases/verifier/oob.bpf.c:99",
        "retried cases/verifier/oob.bpf.c:oob_value [jit, x86_64, 6.12.107-cloud-amd64]: "
        "\\x1b[2Jno QEMU",
        "CRASHED cases/verifier/oob.bpf.c:oob_value [jit, x86_64, 6.12.107-cloud-amd64]: "
        "\\x1b[2JBUG",
        "[152/500] 1 crashed, 151 passed · 10 s · cases/verifier/oob.bpf.c:oob_value",
    ]


def test_the_last_trial_is_always_told() -> None:
    """A log that ends with [100/120] would leave one wondering."""
    stream = io.StringIO()
    report = ProgressReport(stream, 3)
    for _ in range(3):
        report.add(make_record())

    assert stream.getvalue().startswith("[3/3] 3 passed")


def test_a_target_that_cannot_be_run_does_not_fill_the_screen() -> None:
    """All its trials are BROKEN for one reason; what accuses a kernel is always told."""
    stream = io.StringIO()
    report = ProgressReport(stream, 2000)
    for number in range(50):
        report.add(make_record(Outcome.BROKEN, "no such QEMU", program=str(number)))
        report.add(make_record(Outcome.FAILED, "no", program=str(number)))
    report.add(make_record(Outcome.BROKEN, "another reason"))

    lines = stream.getvalue().splitlines()
    assert sum(line.startswith("BROKEN") and "no such QEMU" in line for line in lines) == 3
    assert lines.count("… more that are BROKEN for this reason are only counted") == 1
    assert sum(line.startswith("FAILED") for line in lines) == 50
    assert any("another reason" in line for line in lines)

"""Rules of results.jsonl: whole lines only, everything in them, and read back the same."""

import json
import os
import stat
from dataclasses import fields, replace
from pathlib import Path

import pytest

from harness.reports.jsonl import JsonlReport, read_results
from harness.values.errors import ReportError
from harness.values.record import Record, TriggerRecord
from harness.values.verdict import Outcome
from tests.records import SUMMARY, make_record

_HOSTILE = '\x00\x1b[2J\ud800 ‮ \u2028 line\nline\r"\\'


def _write(tmp_path: Path, *records: Record) -> Path:
    report = JsonlReport(tmp_path / "results.jsonl", tmp_path / "logs")
    for record in records:
        report.add(record)
    report.close(SUMMARY)
    return tmp_path / "results.jsonl"


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    """Nothing of a record is lost or changed."""
    records = (
        make_record(),
        make_record(Outcome.CRASHED, "kernel BUG", evidence=("a\tb", "\x1b[2J"), final=False),
        replace(make_record(), jited=None, errno=None, retval=None, extra={"accel_reason": "x"}),
        replace(make_record(), cpu="max,-cx16", jit_features=("bmi2", "ret")),
        replace(make_record(), jit_features=()),
        replace(make_record(), triggers=(TriggerRecord("@fork 1", "EPERM in fork", "EPERM"),)),
        replace(make_record(), triggers=(TriggerRecord("@read a", "1", None, "00"),) * 2),
        replace(make_record(Outcome.CRASHED, "kernel BUG"), reproducible=True),
        replace(make_record(Outcome.CRASHED, "kernel BUG"), reproducible=False),
    )

    assert read_results(_write(tmp_path, *records)).records == records


def test_a_line_has_every_field_that_the_contract_names(tmp_path: Path) -> None:
    """The names are what other tools rely on."""
    line = json.loads(_write(tmp_path, make_record()).read_text())

    contract = (
        "case program arch kernel mode jited outcome reason duration_s errno verifier_log "
        "insns_processed retval accel qemu guest attempt"
    )
    assert set(contract.split()) <= set(line)
    assert {field.name for field in fields(Record)} - {"verdict", "ballot", "triggers"} <= set(line)
    assert (line["outcome"], line["schema"]) == ("PASSED", 1)


def test_a_record_is_one_line_whatever_is_in_it(tmp_path: Path) -> None:
    """Logs come from the guest, and a guest may print anything."""
    hostile = replace(make_record(), verifier_log=_HOSTILE, reproduce=_HOSTILE)
    path = _write(tmp_path, hostile, make_record())

    assert len(path.read_bytes().splitlines()) == 2
    assert read_results(path).records[0].verifier_log == _HOSTILE.replace("\ud800", "?")


def test_a_line_is_there_as_soon_as_it_was_added(tmp_path: Path) -> None:
    """A run that is killed loses nothing that had ended."""
    report = JsonlReport(tmp_path / "results.jsonl", tmp_path / "logs")

    report.add(make_record())

    assert len(read_results(tmp_path / "results.jsonl").records) == 1
    report.close(SUMMARY)


def test_a_long_verifier_log_gets_a_file(tmp_path: Path) -> None:
    """The line keeps its end, which tells the most, and says where the rest is."""
    log = "x\n" * 20_000 + "the end"
    path = _write(tmp_path, make_record(), replace(make_record(), verifier_log=log))
    line = json.loads(path.read_text().splitlines()[1])

    assert line["verifier_log_file"] == "logs/000002.log"
    assert line["verifier_log"].endswith("the end")
    assert len(line["verifier_log"]) == 16 * 1024
    assert (tmp_path / line["verifier_log_file"]).read_text() == log


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """The run that wrote it was killed; whoever reads is told."""
    path = _write(tmp_path, make_record(), make_record())
    whole = path.read_bytes()

    for cut in (1, 2, 40, len(whole) // 2 - 1):
        path.write_bytes(whole[:-cut])
        results = read_results(path)
        assert (len(results.records), results.torn) == (1, True)


def test_an_empty_file_is_a_run_without_trials(tmp_path: Path) -> None:
    """Not an error: the run was stopped before the first verdict."""
    results = read_results(_write(tmp_path))

    assert (results.records, results.torn) == ((), False)


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    """A newer program may say more."""
    path = _write(tmp_path, make_record())
    line = json.loads(path.read_text()) | {"colour": "red"}
    path.write_text(json.dumps(line) + "\n")

    assert read_results(path).records == (make_record(),)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema": 2}, "schema is 2"),
        ({"outcome": "GREEN"}, "outcome 'GREEN'"),
        ({"outcome": None}, "outcome is None"),
        ({"case": 3}, "case is 3, not a string"),
        ({"duration_s": "1"}, "duration_s is '1', not a number"),
        ({"duration_s": True}, "duration_s is True, not a number"),
        ({"retval": 1.5}, "retval is 1.5, not an integer"),
        ({"attempt": None}, "attempt is None, not 1 or more"),
        ({"attempt": 0}, "attempt is 0, not 1 or more"),
        ({"jited": "yes"}, "jited is 'yes', neither true nor false"),
        ({"reproducible": 1}, "reproducible is 1, neither true nor false"),
        ({"evidence": "x"}, "evidence is not a list of strings"),
        ({"extra": {"a": 1}}, "extra is not an object of strings"),
        ({"reason": ""}, "one-line reason"),
    ],
)
def test_a_line_that_is_no_record_is_refused(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    """The message names file, line and field."""
    path = _write(tmp_path, make_record())
    line = json.loads(path.read_text()) | change
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")

    with pytest.raises(ReportError, match=r"results\.jsonl, line 2 is not a record") as caught:
        read_results(path)

    assert complaint in caught.value.message


@pytest.mark.parametrize("line", [b"[]", b"3", b"", b"\xff\xfe", b"{", b"[" * 100_000])
def test_a_line_that_is_no_json_object_is_refused(tmp_path: Path, line: bytes) -> None:
    """Whatever it is, it is one clear error."""
    path = tmp_path / "results.jsonl"
    path.write_bytes(line + b"\n")

    with pytest.raises(ReportError, match="line 1 is not a record"):
        read_results(path)


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    """The reader is bounded, whatever it is given to read."""
    path = tmp_path / "results.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 30)

    with pytest.raises(ReportError, match="line 1 is longer than"):
        read_results(path)


def test_a_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    """Missing, for example."""
    with pytest.raises(ReportError, match=r"cannot read .*nowhere: No such file"):
        read_results(tmp_path / "nowhere")


def test_a_full_disk_is_one_clear_error() -> None:
    """It names the file and says what to do."""
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    report = JsonlReport(Path("/dev/full"), Path("/nowhere"))

    with pytest.raises(ReportError, match="cannot write /dev/full: No space left") as caught:
        report.add(make_record())

    assert "--report-dir" in (caught.value.remedy or "")
    report.close(SUMMARY)


def test_a_line_that_found_no_room_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the file stays readable, and room that is made later is used."""
    report = JsonlReport(tmp_path / "results.jsonl", tmp_path / "logs")
    report.add(make_record())
    really_write = os.write
    with monkeypatch.context() as patch:
        patch.setattr("harness.reports.files.os.write", lambda fd, b: really_write(fd, b[:20]))
        with pytest.raises(ReportError, match="No space left"):
            report.add(make_record())
    report.add(make_record(program="later"))
    report.close(SUMMARY)

    results = read_results(tmp_path / "results.jsonl")

    assert [record.program for record in results.records] == ["oob_value", "later"]
    assert not results.torn

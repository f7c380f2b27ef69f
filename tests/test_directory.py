"""Rules of the report directory: never in the way of files that are not ours."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.reports.directory import ReportDirectory
from harness.values.errors import ReportError, UsageError

_NOW = datetime(2026, 11, 22, 19, 58, 7, tzinfo=UTC)


def _listing(path: Path) -> set[str]:
    return {child.relative_to(path).as_posix() for child in path.rglob("*")}


def test_the_default_folder_is_named_after_the_time(tmp_path: Path) -> None:
    """Two runs in the same second get two folders."""
    first = ReportDirectory.create_in(tmp_path / "build" / "report", _NOW)
    second = ReportDirectory.create_in(tmp_path / "build" / "report", _NOW)

    assert first.path == tmp_path / "build" / "report" / "2026-11-22T19-58-07"
    assert second.path.name == "2026-11-22T19-58-07.2"


def test_a_report_says_that_it_is_one(tmp_path: Path) -> None:
    """So that the next run knows whose files they are."""
    directory = ReportDirectory.create_at(tmp_path / "a" / "b", _NOW)

    marker = json.loads((directory.path / "report.json").read_text())

    assert marker == {
        "format": "bpf-harness report",
        "version": 1,
        "started": "2026-11-22T19:58:07+00:00",
    }


def test_an_older_report_of_ours_is_replaced(tmp_path: Path) -> None:
    """All of it, and nothing that lies beside it."""
    older = ReportDirectory.create_at(tmp_path, _NOW)
    for path in (older.results, older.junit, older.ktap, older.summary):
        path.write_text("old")
    (older.guest("x86_64-1").path / "console.log").write_text("old")
    older.logs.mkdir()
    (older.logs / "000001.log").write_text("old")
    (tmp_path / "my-notes.txt").write_text("mine")

    ReportDirectory.create_at(tmp_path, _NOW)

    assert _listing(tmp_path) == {"report.json", "my-notes.txt"}


@pytest.mark.parametrize("name", ["main.c", ".git", "report.json", "results.jsonl"])
def test_a_folder_with_other_files_is_refused_untouched(tmp_path: Path, name: str) -> None:
    """--report-dir ~ must not cost anybody a file, whatever it is called."""
    (tmp_path / name).write_text("precious")

    with pytest.raises(UsageError, match="not a report of ours") as caught:
        ReportDirectory.create_at(tmp_path, _NOW)

    assert "--report-dir" in (caught.value.remedy or "")
    assert _listing(tmp_path) == {name}
    assert (tmp_path / name).read_text() == "precious"


@pytest.mark.parametrize("content", ['{"format": "other"}', "{}", "[]", "null"])
def test_a_folder_with_another_report_is_refused(tmp_path: Path, content: str) -> None:
    """Other programs write a report.json as well."""
    (tmp_path / "report.json").write_text(content)

    with pytest.raises(UsageError, match="not a report of ours"):
        ReportDirectory.create_at(tmp_path, _NOW)

    assert (tmp_path / "report.json").read_text() == content


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    """Here a file stands in the way; on a read-only disk it is the same."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(ReportError, match=r"cannot write .*file/report: Not a directory") as caught:
        ReportDirectory.create_at(tmp_path / "file" / "report", _NOW)
    with pytest.raises(ReportError, match=r"cannot write .*file: File exists"):
        ReportDirectory.create_at(tmp_path / "file", _NOW)

    assert "--report-dir" in (caught.value.remedy or "")


def test_a_guest_keeps_its_versions(tmp_path: Path) -> None:
    """A line each, for people."""
    guest = ReportDirectory.create_at(tmp_path, _NOW).guest("x86_64-1")
    guest.write_versions({"qemu": "7.2.22", "accel": "tcg (asked for)"})

    assert guest.path == tmp_path / "guests" / "x86_64-1"
    assert (guest.path / "versions.txt").read_text() == "qemu: 7.2.22\naccel: tcg (asked for)\n"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\0b"])
def test_a_guest_cannot_be_outside(tmp_path: Path, name: str) -> None:
    """The name is a file name and nothing else."""
    directory = ReportDirectory.create_at(tmp_path, _NOW)

    with pytest.raises(ValueError, match="cannot be the name of a guest"):
        directory.guest(name)

"""The report directory: which files are in it, and which older ones may be replaced."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from harness.reports.files import write_whole, writing
from harness.values.errors import UsageError

_MARKER = "report.json"
"""Names the folder as ours and says which run wrote it."""

_FORMAT = "bpf-harness report"
_FILES = ("results.jsonl", "junit.xml", "results.ktap", "summary.txt", _MARKER)
_FOLDERS = ("guests", "logs")


@dataclass(frozen=True, slots=True)
class GuestFolder:
    """What is kept of one guest; console, QEMU's words and command are the VM's to write."""

    path: Path

    def write_versions(self, versions: Mapping[str, str]) -> None:
        """Keeps what the guest was made of: kernel, image, QEMU, accelerator and why."""
        lines = "".join(f"{name}: {value}\n" for name, value in versions.items())
        write_whole(self.path / "versions.txt", lines.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class ReportDirectory:
    """The folder of one run; docs/results.md describes its files."""

    path: Path

    @classmethod
    def create_in(cls, parent: Path, now: datetime) -> "ReportDirectory":
        """A new folder named after the time, such as build/report/2026-11-22T19-58-07."""
        name = now.strftime("%Y-%m-%dT%H-%M-%S")
        path = parent / name
        with writing(path):
            parent.mkdir(parents=True, exist_ok=True)
            for number in count(2):
                try:
                    path.mkdir()
                    break
                except FileExistsError:  # A second run in the same second.
                    path = parent / f"{name}.{number}"
        return cls._started(path, now)

    @classmethod
    def create_at(cls, path: Path, now: datetime) -> "ReportDirectory":
        """The folder the user named: new, empty, or one that an older run of ours left.

        Raises UsageError for a folder that holds anything else, ReportError if it cannot be made.
        """
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
            _refuse_foreign(path)
            _remove_older_report(path)
        return cls._started(path, now)

    @classmethod
    def _started(cls, path: Path, now: datetime) -> "ReportDirectory":
        marker = {"format": _FORMAT, "version": 1, "started": now.isoformat(timespec="seconds")}
        write_whole(path / _MARKER, f"{json.dumps(marker)}\n".encode())
        return cls(path)

    @property
    def results(self) -> Path:
        return self.path / "results.jsonl"

    @property
    def logs(self) -> Path:
        """Verifier logs too long for a line of results.jsonl."""
        return self.path / "logs"

    @property
    def junit(self) -> Path:
        return self.path / "junit.xml"

    @property
    def ktap(self) -> Path:
        return self.path / "results.ktap"

    @property
    def summary(self) -> Path:
        return self.path / "summary.txt"

    def guest(self, name: str) -> GuestFolder:
        """The folder of a guest, made if it is not there. `name` is a plain file name."""
        if name in ("", ".", "..") or "/" in name or "\0" in name:
            raise ValueError(f"{name!r} cannot be the name of a guest")
        path = self.path / "guests" / name
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        return GuestFolder(path)


def _refuse_foreign(path: Path) -> None:
    if _is_ours(path / _MARKER) or not any(path.iterdir()):
        return
    raise UsageError(
        f"{path} holds files that are not a report of ours",
        remedy="give a new or empty folder with --report-dir",
    )


def _is_ours(marker: Path) -> bool:
    try:
        content = json.loads(marker.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("format") == _FORMAT


def _remove_older_report(path: Path) -> None:
    """Removes what we wrote, and nothing that the user put beside it."""
    for name in _FILES:
        (path / name).unlink(missing_ok=True)
    for name in _FOLDERS:
        if (path / name).is_dir():
            shutil.rmtree(path / name)

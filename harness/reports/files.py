"""Writes report files so that nothing half-written is ever taken for a whole.

Turns every OSError into one ReportError that names the file and the remedy.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.values.errors import ReportError

_REMEDIES = {
    errno.ENOSPC: "free some space, or give another folder with --report-dir",
    errno.EDQUOT: "free some space, or give another folder with --report-dir",
    errno.EACCES: "give a folder that can be written with --report-dir",
    errno.EPERM: "give a folder that can be written with --report-dir",
    errno.EROFS: "give a folder that can be written with --report-dir",
    errno.ENOTDIR: "give a folder with --report-dir",
    errno.EEXIST: "give a folder with --report-dir",
}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns the OSErrors of writing `path` into a ReportError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(
            f"cannot write {path}: {reason}", remedy=_REMEDIES.get(error.errno or 0)
        ) from error


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file at once: a reader sees the old content or the new, never a part."""
    draft = path.with_name(f".{path.name}.new")
    with writing(path):
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


class LineFile:
    """A file that grows by whole lines, each written by a single write(2) and so visible at once.

    If the disk is full in the middle of a line, what was written of it is taken back.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end = 0
        with writing(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
            self._fd = os.open(path, flags, 0o644)

    def write_line(self, line: str) -> None:
        """Appends one line, which must hold no newline; raises ReportError."""
        content = line.encode("utf-8", "replace") + b"\n"
        with writing(self.path):
            written = self._write(content)
            if written != len(content):
                os.ftruncate(self._fd, self._end)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._end += written

    def close(self) -> None:
        with writing(self.path):
            os.close(self._fd)

    def _write(self, content: bytes) -> int:
        """Bytes written: fewer than given only if the disk is full."""
        return os.write(self._fd, content)

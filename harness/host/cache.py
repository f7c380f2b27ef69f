"""The cache folder: entries appear whole or not at all, and two runs may build the same one.

Knows nothing of what is kept in it.
"""

import errno
import fcntl
import glob
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.host.commands import disk_full_error
from harness.values.errors import InfrastructureError

_log = logging.getLogger(__name__)

_DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)


def cache_root() -> Path:
    """`$XDG_CACHE_HOME/bpf-harness`, or `~/.cache/bpf-harness`.

    The XDG specification says that a relative value is to be ignored.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".cache"
    return base / "bpf-harness"


@contextmanager
def locked(target: Path, *, wait: bool = True) -> Iterator[None]:
    """Holds the lock of one entry; waits while another thread or process holds it.

    Raises BlockingIOError instead of waiting if it is not to `wait`.

    The lock file stays: deleting one that somebody is about to open would give two holders.
    """
    with _disk_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(target.parent / f".{target.name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise
            _log.info("waiting for another run that is preparing %s", target)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def publish_folder(
    target: Path, fill: Callable[[Path], None], *, durable: bool = True, wait: bool = True
) -> Path:
    """The folder `target`, made by `fill` in a temporary folder beside it if it is not there.

    Whoever sees `target` sees all of it: it is renamed into place once `fill` has returned and,
    if it is to be `durable`, the data is on the disk. If `fill` raises, nothing is left. Raises
    BlockingIOError if somebody else is making it and it is not to `wait`.
    """
    if target.is_dir():
        return target
    with locked(target, wait=wait):
        _remove_stale(target)
        if not target.is_dir():
            _build(target, fill, durable=durable)
    return target


def write_text_whole(target: Path, text: str) -> None:
    """Replaces the file in one step: a reader sees the old text or the new one."""
    with _disk_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=target.parent, prefix=f".{target.name}.tmp", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                file.write(text)
                file.flush()
                # Made for its owner alone; a cache shared between users must stay readable.
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise


def write_fields(target: Path, fields: dict[str, str]) -> None:
    """Keeps a few named strings as JSON, in one step."""
    write_text_whole(target, json.dumps(fields, indent=1, sort_keys=True) + "\n")


def read_fields(source: Path) -> dict[str, str] | None:
    """What `write_fields` wrote; None if the file is absent or somebody damaged it."""
    try:
        fields = json.loads(source.read_text())
    except (OSError, ValueError):
        return None
    if not isinstance(fields, dict):
        return None
    return {str(name): str(value) for name, value in fields.items()}


def _build(target: Path, fill: Callable[[Path], None], *, durable: bool) -> None:
    with _disk_errors(target.parent):
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.tmp"))
        try:
            temporary.chmod(0o755)
            fill(temporary)
            if durable:
                # After a power cut a renamed folder may hold empty files unless they were flushed.
                os.sync()
            temporary.rename(target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _remove_stale(target: Path) -> None:
    # The lock is ours, so whoever made these was killed before it could clean up.
    for stale in target.parent.glob(f".{glob.escape(target.name)}.tmp*"):
        _log.info("removing what an interrupted run left: %s", stale)
        with suppress(OSError):
            shutil.rmtree(stale)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL_ERRNOS:
            raise disk_full_error(folder) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise InfrastructureError(
                f"cannot write in {folder}: {error.strerror}",
                remedy="make it writable, or point XDG_CACHE_HOME elsewhere",
            ) from error
        raise

"""Saved states of guests that have just become ready, kept in the cache from run to run.

Knows files and their names; what is in them is QEMU's business, and whether it is any good is seen
when it is restored.
"""

import contextlib
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.host.cache import cache_root, publish_folder
from harness.values.errors import HarnessError
from harness.vm.plan import VmPlan

_log = logging.getLogger(__name__)

# Some forty states of guests with 512 MiB, of which a kernel and its agent use a fifth.
LIMIT_BYTES = 4 * 1024**3

# What must stay free on the disk beside the states, for the reports of the run.
_MIN_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder with the state of one guest and what its console had said until then."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def console(self) -> Path:
        return self.folder / "console.log"


class Snapshots:
    """The states of all plans; safe to use from many threads and processes."""

    def __init__(self, root: Path | None = None, *, limit_bytes: int = LIMIT_BYTES) -> None:
        """In `root`, the XDG cache by default; the oldest make room when there are too many."""
        self._root = root if root is not None else cache_root() / "snapshots"
        self._limit_bytes = limit_bytes

    def find(self, plan: VmPlan) -> Snapshot | None:
        """A state that a guest of this plan can start from."""
        folder = self._root / plan.state_key
        try:
            # The time says when it was last wanted.
            os.utime(folder)
        except OSError:
            return None
        return Snapshot(folder)

    def keep(self, plan: VmPlan, fill: Callable[[Snapshot], None]) -> None:
        """Keep what `fill` writes, unless somebody has kept it already.

        A state that cannot be kept costs time later and nothing else, so that is only a line.
        """
        folder = self._root / plan.state_key
        if folder.is_dir():
            return
        try:
            self._require_room()
            publish_folder(folder, lambda path: fill(Snapshot(path)), durable=False, wait=False)
            self._prune()
        except BlockingIOError:
            # A sibling that became ready at the same time is keeping its own.
            return
        except (HarnessError, OSError) as error:
            _log.warning("the state of %s is not kept: %s", plan.kernel, error)

    def drop(self, snapshot: Snapshot) -> None:
        """Remove a state that did not restore; who reads it at this moment still can."""
        shutil.rmtree(snapshot.folder, ignore_errors=True)

    def _require_room(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._root).free
        if free < _MIN_FREE_BYTES:
            raise OSError(f"only {free // 1024**2} MiB are free in {self._root}")

    def _prune(self) -> None:
        """Remove those that were not wanted for longest until the rest is within the limit."""
        entries = []
        for folder in self._root.iterdir():
            with contextlib.suppress(OSError):
                entries.append((folder.stat().st_mtime, (folder / "state").stat().st_size, folder))
        total = sum(size for _, size, _ in entries)
        for _, size, folder in sorted(entries)[:-1]:
            if total <= self._limit_bytes:
                return
            shutil.rmtree(folder, ignore_errors=True)
            total -= size

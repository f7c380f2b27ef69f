"""Strikes at the QEMU processes of a run: seeded, and never three at one trial.

A volley hits one or two guests: killed, terminated, stopped for good, or stopped and soon
continued. The next comes only when each of them has been accounted for, every trial that it cost an
attempt has ended, and a guest has started since. So a trial loses two of its three attempts at
most, and a pool does not see three failed starts in a row, after which it would give up.
"""

import os
import random
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path

from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.process import living_processes

_AT_ONCE = 2
_CALM_S = 1.0
_LOOK_S = 0.02

# Longer than a stopped QEMU stays unnoticed, shorter than its last words are waited for.
_PAUSE_S = 1.5


class Strike(Enum):
    """What befalls a QEMU."""

    KILL = "killed"
    TERMINATE = "terminated"
    STOP = "stopped"
    PAUSE = "paused"

    @property
    def signal(self) -> signal.Signals:
        """A pause begins like a stop."""
        return _SIGNALS.get(self, signal.SIGSTOP)


_SIGNALS = {Strike.KILL: signal.SIGKILL, Strike.TERMINATE: signal.SIGTERM}


def own_guests(folder: Path) -> dict[str, int]:
    """Pids of the guests whose folders are in `folder`, by name: other tests have guests, too."""
    pattern = re.compile(re.escape(os.fsencode(folder)) + rb"/([^/\0]+)/console\.log")
    found = {}
    for process in living_processes():
        with suppress(OSError):
            line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            if match := pattern.search(line):
                found[os.fsdecode(match[1])] = process.pid
    return found


class Storm:
    """The strikes during one run. A `with` block; every record of the run is shown to it."""

    def __init__(self, folder: Path, seed: int, most: int, started: Callable[[], int]) -> None:
        """At most that many volleys.

        `folder` has the folders of the guests; `started` says how many have started until now.
        """
        self._folder = folder
        self._dice = random.Random(seed)
        self._kinds: list[Strike] = []
        self._most = most
        self._started = started
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._strike, name="storm")
        self._open: set[tuple[str, str, str]] = set()
        self._unseen: set[str] = set()
        self._nameless = 0
        self.volleys = 0
        self.strikes: list[Strike] = []

    def see(self, record: Record) -> None:
        """Take a record of the run, from whichever thread."""
        trial = (record.arch, record.case, record.mode)
        with self._lock:
            if record.final:
                self._open.discard(trial)
            elif record.verdict.outcome is Outcome.BROKEN:
                self._open.add(trial)
            # Who was struck while it started has no guest to name.
            self._nameless += not record.guest
            self._unseen.discard(record.guest)

    def __enter__(self) -> "Storm":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _strike(self) -> None:
        while self.volleys < self._most and not self._stop.wait(self._dice.uniform(0, _CALM_S)):
            if self._started() and (living := own_guests(self._folder)):
                self._volley(living)
                self._until(self._is_calm)
                self._until_one_starts()

    def _volley(self, living: dict[str, int]) -> None:
        count = min(len(living), self._dice.randint(1, _AT_ONCE))
        chosen = self._dice.sample(sorted(living), count)
        with self._lock:
            self._nameless = 0
            self._unseen = set(chosen)
        self.volleys += 1
        paused = False
        for name in chosen:
            strike = self._next_kind()
            try:
                os.kill(living[name], strike.signal)
            except ProcessLookupError:
                # Its trial has just ended, and its record may have been seen already.
                self._forget(name)
                continue
            self.strikes.append(strike)
            paused = paused or strike is Strike.PAUSE
        if paused:
            self._go_on(chosen)

    def _next_kind(self) -> Strike:
        """All in turn, in an order that changes."""
        if not self._kinds:
            self._kinds = self._dice.sample(tuple(Strike), len(Strike))
        return self._kinds.pop()

    def _go_on(self, chosen: list[str]) -> None:
        """Continue all, also the one that was to stay stopped."""
        self._stop.wait(_PAUSE_S)
        for name, pid in own_guests(self._folder).items():
            if name in chosen:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _forget(self, name: str) -> None:
        with self._lock:
            self._unseen.discard(name)

    def _is_calm(self) -> bool:
        with self._lock:
            return not self._open and len(self._unseen) <= self._nameless

    def _until_one_starts(self) -> None:
        before = self._started()
        self._until(lambda: self._started() > before)

    def _until(self, condition: Callable[[], bool]) -> None:
        while not condition() and not self._stop.wait(_LOOK_S):
            pass

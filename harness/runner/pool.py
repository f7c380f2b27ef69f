"""Guests that are lent to whoever runs trials, and replaced when they have been harmed."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from harness.guest.guest import Guest
from harness.runner.target import Target
from harness.runner.watch import Watch, Watched
from harness.values.deadline import Deadline
from harness.values.errors import HarnessError, InfrastructureError, RefusedError
from harness.values.observation import Health
from harness.vm.snapshots import Snapshots

T = TypeVar("T")

# A healthy guest is ready in three to twelve seconds under emulation on an idle machine.
BOOT_TIMEOUT_S = 90.0

# After that many starts in a row that failed there is no point in trying again.
_MAX_FAILURES = 3


@dataclass
class Lent:
    """A guest with what has been learnt about it so far."""

    name: str
    guest: Guest
    health: Health
    trials: int = 0
    begun: int | None = None
    """Where on its console the last trial began, in bytes."""
    finished_s: float = 0.0
    """When it was finished, by time.monotonic()."""
    fresh: Health = field(init=False)
    """Its health when it was started."""

    def __post_init__(self) -> None:
        self.fresh = self.health

    def next_trial(self) -> str:
        """A name for the next trial that no other guest and no earlier trial has."""
        self.trials += 1
        return f"{self.guest.identity.nonce[:12]}-{self.trials}"

    def begin(self) -> Watch:
        """Begin the next trial; its console reaches back to the end of the one before."""
        watch = Watch(self.guest, self.next_trial(), self.begun)
        self.begun = watch.begun
        return watch

    def finish(self, watch: Watch, act: Callable[[], T], *, patient: bool) -> Watched[T]:
        """Watch.finish(), and what has been learnt by it."""
        watched = watch.finish(self.health, act, patient=patient)
        self.finished_s = time.monotonic()
        if watched.health is not None:
            self.health = watched.health
        return watched


class Guests(Protocol):
    """Where guests come from."""

    def take(self, *, fresh: bool = False) -> Lent:
        """A guest that nobody else uses, or that nobody has used if it is to be `fresh`.

        Raises InfrastructureError if none can be started.
        """

    def give_back(self, lent: Lent) -> None:
        """Return a guest that is as good as new."""

    def discard(self, lent: Lent) -> None:
        """End a guest that is not."""


class Pool(Guests, Protocol):
    """Guests of one target, as long as a run goes."""

    started: int
    """How many have been."""

    def keep(self, count: int) -> None:
        """End idle guests until there are no more than `count`, the lent ones included."""

    def refuse(self) -> None:
        """Lend and start no more guests."""

    def close(self) -> None:
        """End all guests that are not lent; those that are end when they are given back."""


class GuestPool:
    """Starts guests of one target as they are needed; safe to use from many threads."""

    def __init__(
        self,
        target: Target,
        folder: Callable[[str], Path],
        *,
        boot_timeout_s: float = BOOT_TIMEOUT_S,
        snapshots: Snapshots | None = None,
        dump_memory: bool = False,
        prefix: str = "",
    ) -> None:
        """`folder` makes the folder of the guest of that name, where its console goes.

        With `snapshots` guests are restored where they can be. With `dump_memory` the memory of
        those that hang is kept in their folders. `prefix` tells the names of its
        guests from those of other pools.
        """
        self._target = target
        self._folder = folder
        self._boot_timeout_s = boot_timeout_s
        self._snapshots = snapshots
        self._dump_memory = dump_memory
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._idle: list[Lent] = []
        self._lent = 0
        self._failures = 0
        self._last_failure: HarnessError | None = None
        self._refusing = False
        self.started = 0

    def take(self, *, fresh: bool = False) -> Lent:
        with self._lock:
            if self._refusing:
                raise InfrastructureError("the run is being ended: no more guests")
            if self._idle and not fresh:
                self._lent += 1
                return self._idle.pop()
            if self._failures >= _MAX_FAILURES:
                raise InfrastructureError(
                    f"{_MAX_FAILURES} guests in a row did not start; the last: {self._last_failure}"
                )
            self._lent += 1
            name = f"{self._prefix}guest-{next(self._numbers)}"
        return self._start(name)

    def give_back(self, lent: Lent) -> None:
        with self._lock:
            self._lent -= 1
            if not self._refusing:
                self._idle.append(lent)
                return
        lent.guest.stop()

    def discard(self, lent: Lent) -> None:
        with self._lock:
            self._lent -= 1
        lent.guest.stop()

    def keep(self, count: int) -> None:
        """End idle guests until there are no more than `count`, the lent ones included."""
        with self._lock:
            spare = max(0, min(len(self._idle), self._lent + len(self._idle) - count))
            ended, self._idle = self._idle[:spare], self._idle[spare:]
        for lent in ended:
            lent.guest.stop()

    def refuse(self) -> None:
        """Lend and start no more guests."""
        with self._lock:
            self._refusing = True

    def close(self) -> None:
        """End all guests that are not lent; those that are end when they are given back."""
        with self._lock:
            self._refusing = True
            idle, self._idle = self._idle, []
        for lent in idle:
            lent.guest.stop()

    def _start(self, name: str) -> Lent:
        try:
            lent = self._boot(name)
        except BaseException as error:
            with self._lock:
                self._lent -= 1
                if isinstance(error, InfrastructureError):
                    self._failures += 1
                    self._last_failure = error
            raise
        with self._lock:
            self._failures = 0
            self.started += 1
        return lent

    def _boot(self, name: str) -> Lent:
        target = self._target
        plan = replace(target.plan(self._folder(name)), dump_memory=self._dump_memory)
        guest = Guest.start(plan, Deadline.after(self._boot_timeout_s), self._snapshots)
        try:
            return Lent(name, guest, make_ready(guest))
        except BaseException:
            guest.stop()
            raise


def make_ready(guest: Guest) -> Health:
    """Let unprivileged loads through, for the cases that are about them; the state to keep."""
    with contextlib.suppress(RefusedError):
        # 2 at boot; a kernel that was built with 1 keeps it, and those cases are UNSUPPORTED.
        guest.write_file("/proc/sys/kernel/unprivileged_bpf_disabled", "0")
    return guest.health()

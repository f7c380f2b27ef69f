"""The one guest that a machine which runs already can be: lent to one user at a time."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from harness.guest.guest import Guest
from harness.runner.pool import Lent, make_ready
from harness.runner.remote_target import START_S
from harness.values.deadline import Deadline
from harness.values.errors import InfrastructureError

_LOOK_AGAIN_S = 0.2


class Machine(Protocol):
    """What there are guests of: a RemoteTarget."""

    def start(self, folder: Path, deadline: Deadline) -> Guest:
        """Another agent on it, once it answers; raises TargetError."""

    def give_up(self) -> None:
        """End what is under way, from any thread."""

    def close(self) -> None: ...


class RemoteGuests:
    """A Pool of one. A guest that was discarded is followed by another agent on the same machine,
    once that answers again; there is no fresh one to be had.
    """

    def __init__(
        self,
        target: Machine,
        folder: Callable[[str], Path],
        *,
        start_timeout_s: float = START_S,
    ) -> None:
        """`folder` makes the folder of the guest of that name, where its console goes."""
        self._target = target
        self._folder = folder
        self._start_timeout_s = start_timeout_s
        self._numbers = itertools.count(1)
        self._free = threading.Condition()
        self._taken = False
        self._idle: Lent | None = None
        self._refusing = False
        self.started = 0

    def take(self, *, fresh: bool = False) -> Lent:
        """Waits until nobody else has it; one that was used is as `fresh` as can be anew."""
        with self._free:
            while self._taken and not self._refusing:
                self._free.wait(_LOOK_AGAIN_S)
            if self._refusing:
                raise InfrastructureError("the run is being ended: no more guests")
            self._taken = True
            lent, self._idle = self._idle, None
        try:
            if lent is not None and fresh:
                lent.guest.stop()
                lent = None
            return lent or self._start()
        except BaseException:
            self._let_go()
            raise

    def _start(self) -> Lent:
        name = f"guest-{next(self._numbers)}"
        guest = self._target.start(self._folder(name), Deadline.after(self._start_timeout_s))
        try:
            lent = Lent(name, guest, make_ready(guest))
        except BaseException:
            guest.stop()
            raise
        self.started += 1
        return lent

    def give_back(self, lent: Lent) -> None:
        with self._free:
            if not self._refusing:
                self._idle = lent
                self._taken = False
                self._free.notify()
                return
        self.discard(lent)

    def discard(self, lent: Lent) -> None:
        try:
            lent.guest.stop()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        with self._free:
            self._taken = False
            self._free.notify()

    def keep(self, count: int) -> None:
        """End the idle guest if there are to be none."""
        if not count:
            self._end_idle()

    def refuse(self) -> None:
        """Lend no more; whoever has the guest sees its channel end."""
        with self._free:
            self._refusing = True
        self._target.give_up()

    def close(self) -> None:
        """End the guest that is not lent, and the connection."""
        with self._free:
            self._refusing = True
        self._end_idle()
        self._target.close()

    def _end_idle(self) -> None:
        with self._free:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.guest.stop()

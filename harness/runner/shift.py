"""The guest that a batch works on, and the trials whose objects its kernel has yet to free."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.guest.guest import Guest
from harness.runner.pool import Guests, Lent
from harness.runner.trial import Trial, Tried
from harness.runner.watch import LEAK_WAIT_S, Watched
from harness.values.deadline import Deadline
from harness.values.observation import Objects


@dataclass(frozen=True, slots=True)
class Waiting:
    """A trial that is judged but for what it may have left behind."""

    trial: Trial
    tried: Tried


class Shift:
    """One guest after another, each of them kept until it was harmed or the shift ends."""

    def __init__(self, guests: Guests, *, fresh: bool = False) -> None:
        """Guests that nobody has used, if `fresh`."""
        self._guests = guests
        self._fresh = fresh
        self._lent: Lent | None = None
        self._waiting: list[Waiting] = []

    def __enter__(self) -> "Shift":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self.end()
        else:
            self.drop()

    @property
    def present(self) -> Lent | None:
        """The guest that it has, if it has one."""
        return self._lent

    def guest(self) -> Lent:
        """The present guest, or another; raises InfrastructureError if there is none."""
        if self._lent is None:
            self._lent = self._guests.take(fresh=self._fresh)
        return self._lent

    def wait_for(self, trial: Trial, tried: Tried) -> None:
        """The verdict on that trial has to wait until the guest has freed what it kept."""
        self._waiting.append(Waiting(trial, tried))

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(self._waiting)

    def freed(self) -> list[Waiting]:
        """Those of which nothing is left, as far as was seen; they wait no more."""
        objects = Objects() if self._lent is None else self._lent.health.objects
        freed = [one for one in self._waiting if not one.tried.kept & objects]
        self._waiting = [one for one in self._waiting if one.tried.kept & objects]
        return freed

    def wait(self) -> Watched[None]:
        """Until all is freed, or has had time to be."""
        lent = self.guest()
        return lent.finish(lent.begin(), lambda: self._wait(lent.guest), patient=True)

    def _wait(self, guest: Guest) -> None:
        deadline = Deadline.after(LEAK_WAIT_S)
        while not deadline.expired:
            objects = guest.health().objects
            if not any(one.tried.kept & objects for one in self._waiting):
                return
            time.sleep(0.01)

    def left(self, one: Waiting) -> Objects:
        """What is still there of a trial's, as far as was seen."""
        return one.tried.kept & self.guest().health.objects

    def drop(self) -> list[Waiting]:
        """End the guest; who waited for it will never know."""
        orphans, self._waiting = self._waiting, []
        self._leave(self._guests.discard)
        return orphans

    def end(self) -> None:
        """Give the guest back, if there is one; nobody waits."""
        self._leave(self._guests.give_back)

    def _leave(self, leave: Callable[[Lent], None]) -> None:
        lent, self._lent = self._lent, None
        if lent is not None:
            leave(lent)

"""Runs anything in a guest up to a marker and gathers the evidence on the guest's survival.

Every splat, taint bit and leak is tied to one trial here. Nothing is judged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from harness.formats.console import ConsoleSlice, between_markers
from harness.guest.guest import Guest
from harness.guest.later import Later
from harness.judge.leaks import has_grown, holds_more
from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, HarnessError, InfrastructureError, SilenceError
from harness.values.observation import Health, Objects, Survival

T = TypeVar("T")

# printk hands a line to the console before the reply leaves the guest, or very soon after.
_MARKER_WAIT_S = 2.0

# The kernel lets go of filters and tables from work queues and after RCU grace periods, which took
# an emulated guest of a crowded host more than three seconds; what leaks is there for ever.
LEAK_WAIT_S = 20.0

# How long QEMU gets to write the rest of the console of a guest that is lost.
_LAST_WORDS_S = 2.0


@dataclass(frozen=True, slots=True)
class Watched(Generic[T]):
    """What an action gave, if it came to an end, and how the guest came through it."""

    value: T | None
    error: HarnessError | None
    """Why there is no value, when the guest is not to blame."""

    survival: Survival

    health: Health | None
    """As the guest was seen last; None if it was lost."""

    kept: Objects
    """What the trial made and the kernel has not let go of yet, which `survival` leaves out."""


class Watch:
    """One trial in a guest, from the first request for it to the evidence.

    All of a trial can be asked for before anything is answered, and the next one meanwhile: a
    guest that always has something to do works twice as fast as one that waits for the host.
    """

    def __init__(self, guest: Guest, trial: str, since: int | None = None) -> None:
        """Begin. `since`: where on the console the trial before began, to whose end this reaches.

        Only the first trial of a guest needs a marker of its own before it.
        """
        self._guest = guest
        self._trial = trial
        self.begun = guest.vm.console.size()
        self._start = self.begun if since is None else since
        guest.settings.guard()
        if since is None:
            guest.mark(f"begin {trial}")
        self._asked_before = guest.vm.client.asked
        self._undone: tuple[Later[None], Later[Health]] | None = None
        self._ended: Later[None] | None = None

    def close(self) -> None:
        """Ask to undo everything and for the guest's health, when all else was asked for."""
        if self._undone is None:
            self._undone = (self._guest.reset(), self._guest.submit_health())

    def end(self) -> None:
        """The same, and the marker after the trial: nothing that comes later belongs to it."""
        self.close()
        if self._ended is None:
            self._ended = self._guest.mark(f"end {self._trial}")

    def finish(self, before: Health, act: Callable[[], T], *, patient: bool = True) -> Watched[T]:
        """Run `act`, which asks for the rest or waits for answers, and gather the evidence.

        Who is not `patient` gets in `kept` what the kernel has yet to free, and looks for it later.
        A guest that was lost is stopped. Errors that are not the guest's loss end up in `error`.
        """
        value: T | None = None
        error: HarnessError | None = None
        try:
            try:
                value = act()
            except ChannelError:
                raise
            except HarnessError as caught:
                error = caught
            after = self._settle(before, patient)
            settings = self._guest.settings.changed()
            self._wait_for_end()
        except ChannelError as lost:
            survival = self._lost(before, lost)
            return Watched(value, error, survival, None, Objects())
        found = self._console()
        if not found.ended and error is None:
            error = InfrastructureError("the end of the trial never reached the guest's console")
        kept = Objects() if patient else after.objects - before.objects
        seen = replace(after, objects=after.objects - kept)
        survival = Survival(before, seen, found.text, settings=settings)
        return Watched(value, error, survival, after, kept)

    def _settle(self, before: Health, patient: bool) -> Health:
        """The state after everything was closed, once it is as before or has had time to be.

        Who has ended before that has others behind it: of what is seen later, only that there is
        no more of anything is about this trial. What else is new then is theirs.
        """
        self.close()
        assert self._undone is not None
        reset, later = self._undone
        reset.result()
        health = first = later.result()
        grown = has_grown if patient else holds_more
        deadline = Deadline.after(LEAK_WAIT_S)
        while grown(before, health) and not deadline.expired:
            time.sleep(0.01)
            health = self._guest.health()
        if self._ended is None:
            return health
        return replace(health, objects=first.objects, taint=first.taint)

    def _wait_for_end(self) -> None:
        self.end()
        assert self._ended is not None
        self._ended.result()

    def _console(self) -> ConsoleSlice:
        deadline = Deadline.after(_MARKER_WAIT_S)
        while True:
            found = between_markers(self._guest.vm.console.read(self._start), self._trial)
            if found.ended or deadline.expired:
                return found
            time.sleep(0.002)

    def _lost(self, before: Health, lost: ChannelError) -> Survival:
        guest = self._guest
        guest.vm.wait_for_exit(_LAST_WORDS_S)
        loss = guest.vm.loss(lost)
        text = guest.vm.console.read(self._start)
        # A guest that is lost after the end of its trial says why after the marker.
        found = between_markers(text, self._trial)
        autopsy = guest.autopsy() if isinstance(lost, SilenceError) else None
        guest.stop()
        return Survival(
            before,
            None,
            text if found.ended or not (found.began or found.text) else found.text,
            lost=loss.reason,
            machine_fault=loss.machine_fault,
            autopsy=autopsy,
            first_operation_done=guest.vm.client.answered >= self._asked_before,
        )

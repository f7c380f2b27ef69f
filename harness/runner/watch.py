"""Runs anything in a guest between two markers and gathers the evidence on the guest's survival.

Every splat, taint bit and leak is tied to one trial here. Nothing is judged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.formats.console import ConsoleSlice, between_markers
from harness.guest.guest import Guest
from harness.guest.later import Later
from harness.judge.leaks import has_grown
from harness.values.deadline import Deadline
from harness.values.errors import ChannelError, HarnessError, InfrastructureError, SilenceError
from harness.values.observation import Health, Survival

T = TypeVar("T")

# printk hands a line to the console before the reply leaves the guest, or very soon after.
_MARKER_WAIT_S = 2.0

# The kernel lets go of filters and tables from work queues and after RCU grace periods, which took
# an emulated guest of a crowded host more than three seconds; what leaks is there for ever.
_LEAK_WAIT_S = 20.0

# How long QEMU gets to write the rest of the console of a guest that is lost.
_LAST_WORDS_S = 2.0


@dataclass(frozen=True, slots=True)
class Watched(Generic[T]):
    """What an action gave, if it came to an end, and how the guest came through it."""

    value: T | None
    error: HarnessError | None
    """Why there is no value, when the guest is not to blame."""

    survival: Survival


def watch(guest: Guest, trial: str, before: Health, act: Callable[[], T]) -> Watched[T]:
    """Run `act` between the markers of `trial`; all that it left in the guest is undone after.

    A guest that was lost is stopped. Errors that are not the guest's loss end up in `error`.
    """
    start = guest.vm.console.size()
    guest.settings.guard()
    begin = guest.mark(f"begin {trial}")
    value: T | None = None
    error: HarnessError | None = None
    try:
        try:
            value = act()
        except ChannelError:
            raise
        except HarnessError as caught:
            error = caught
        after = _settle(guest, before)
        settings = guest.settings.changed()
        guest.mark(f"end {trial}").result()
    except ChannelError as lost:
        return Watched(value, error, _lost(guest, start, trial, before, begin, lost))
    found = _console_slice(guest, start, trial)
    if not found.ended and error is None:
        error = InfrastructureError("the end of the trial never reached the guest's console")
    return Watched(value, error, Survival(before, after, found.text, settings=settings))


def _settle(guest: Guest, before: Health) -> Health:
    """The state after everything was closed, once it is as before or has had time to be."""
    reset = guest.reset()
    health = guest.health()
    reset.result()
    deadline = Deadline.after(_LEAK_WAIT_S)
    while has_grown(before, health) and not deadline.expired:
        time.sleep(0.01)
        health = guest.health()
    return health


def _console_slice(guest: Guest, start: int, trial: str) -> ConsoleSlice:
    deadline = Deadline.after(_MARKER_WAIT_S)
    while True:
        found = between_markers(guest.vm.console.read(start), trial)
        if found.ended or deadline.expired:
            return found
        time.sleep(0.002)


def _lost(
    guest: Guest, start: int, trial: str, before: Health, begin: Later[None], lost: ChannelError
) -> Survival:
    guest.vm.wait_for_exit(_LAST_WORDS_S)
    fault = guest.vm.fault()
    text = guest.vm.console.read(start)
    found = between_markers(text, trial)
    autopsy = guest.autopsy() if isinstance(lost, SilenceError) else None
    guest.stop()
    return Survival(
        before,
        None,
        found.text if found.began else text,
        lost=lost.message,
        machine_fault=fault,
        autopsy=autopsy,
        first_operation_done=begin.answered,
    )

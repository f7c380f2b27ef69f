"""A batch of cases on one guest at a time: mode after mode, attempt after attempt, to records.

A guest that was harmed is replaced and never used again; the other cases go on. The kernel is
accused only of what happened after the guest had answered within the trial.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from harness.guest.features import absence, find_feature
from harness.judge.equivalence import compare
from harness.judge.leaks import worn_out
from harness.judge.survival import judge_survival
from harness.runner.cases import Case, Seen
from harness.runner.known_features import KnownFeatures
from harness.runner.pool import Guests, Lent
from harness.runner.records import Attempt, make_record
from harness.runner.target import Target
from harness.runner.watch import Watched, watch
from harness.values.errors import HarnessError, RefusedError, UnknownNameError, UsageError
from harness.values.feature import Feature
from harness.values.mode import Mode
from harness.values.observation import Observation
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict, worst

MAX_ATTEMPTS = 3

# Lines of the traceback that go into a record.
_MAX_TRACEBACK = 40


class Isolation(Enum):
    """When a guest is replaced."""

    BATCH = "batch"
    """When it was harmed."""

    CASE = "case"
    """After every trial."""

    @classmethod
    def parse(cls, text: str) -> "Isolation":
        for isolation in cls:
            if isolation.value == text:
                return isolation
        raise UnknownNameError(f"unknown isolation {text!r}", remedy="use batch or case")


Sink = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class Reference:
    """What the first mode gave, to which the others must be equal."""

    mode: Mode
    observation: Observation


class BatchRunner:
    """Runs batches of cases on one target, with guests from one pool."""

    def __init__(
        self,
        target: Target,
        guests: Guests,
        sink: Sink,
        isolation: Isolation = Isolation.BATCH,
        features: KnownFeatures | None = None,
    ) -> None:
        """`sink` gets every record as soon as it is known, from whichever thread runs."""
        self._target = target
        self._features = features or KnownFeatures(target.kernel, target.hardware)
        self._guests = guests
        self._sink = sink
        self._isolation = isolation

    def run(self, cases: tuple[Case, ...], modes: tuple[Mode, ...]) -> None:
        """All cases in all modes that apply to them."""
        for case in cases:
            reference: Reference | None = None
            for mode in modes:
                if mode not in case.modes:
                    continue
                seen = self._trial(case, mode, reference)
                if reference is None and seen is not None and seen.run is not None:
                    reference = Reference(mode, seen)

    def _trial(self, case: Case, mode: Mode, reference: Reference | None) -> Observation | None:
        """One trial with as many attempts as it takes; what the last one saw."""
        for number in range(1, MAX_ATTEMPTS + 1):
            attempt, retry = self._attempt(case, mode, reference, number)
            final = number == MAX_ATTEMPTS or not retry
            self._sink(make_record(self._target, attempt, final=final))
            if final:
                return attempt.observation
        raise AssertionError("unreachable: the last attempt is final")

    def _attempt(
        self, case: Case, mode: Mode, reference: Reference | None, number: int
    ) -> tuple[Attempt, bool]:
        """One attempt, and whether another one makes sense."""
        started = time.monotonic()
        guest_name = ""
        try:
            lent = self._guests.take()
            guest_name = lent.name
            seen, retry = self._on_guest(lent, case, mode, reference, number)
        except UsageError as error:
            seen, retry = Seen(_broken(error)), False
        except HarnessError as error:
            seen, retry = Seen(_broken(error)), True
        except Exception as error:
            # A mistake of ours in one case must not cost the verdicts on the others.
            seen, retry = Seen(_mistake(error)), False
        duration_s = time.monotonic() - started
        attempt = Attempt(
            case.id,
            mode,
            number,
            guest_name,
            seen.verdict,
            duration_s,
            seen.observation,
            seen.ballot,
        )
        return attempt, retry

    def _on_guest(
        self, lent: Lent, case: Case, mode: Mode, reference: Reference | None, number: int
    ) -> tuple[Seen, bool]:
        unharmed = False
        try:
            excuse = self._excuse(lent, case, mode)
            if excuse is not None:
                unharmed = True
                return Seen(excuse), False
            watched = watch(
                lent.guest, lent.next_trial(), lent.health, lambda: case.run(lent.guest, mode)
            )
            harm = judge_survival(watched.survival)
            if watched.survival.after is not None:
                lent.health = watched.survival.after
            seen, retry = _weigh(watched, harm, mode, reference)
            # What went wrong twice here would go wrong again: the last attempt is another guest's.
            wasted = retry and number >= MAX_ATTEMPTS - 1
            unharmed = harm is None and not wasted and not worn_out(lent.fresh, lent.health)
            return seen, retry
        finally:
            if unharmed and self._isolation is Isolation.BATCH:
                self._guests.give_back(lent)
            else:
                self._guests.discard(lent)

    def _excuse(self, lent: Lent, case: Case, mode: Mode) -> Verdict | None:
        """Why this kernel cannot run the case, or None; leaves the guest in the mode."""
        try:
            lent.guest.set_mode(mode)
        except RefusedError as error:
            return Verdict(
                Outcome.UNSUPPORTED,
                f"mode {mode} is absent: {error.message}",
                feature=f"mode {mode}",
            )
        for name in case.needs:
            feature = find_feature(name)
            if not self._features.has(lent.guest, feature):
                return self._absent(feature, mode)
        return None

    def _absent(self, feature: Feature, mode: Mode) -> Verdict:
        reason = absence(feature, self._target.hardware.cpus)
        if self._target.owes(feature, mode):
            release = self._target.kernel.release
            return Verdict(Outcome.FAILED, f"{reason}, but {release} ought to have it")
        return Verdict(Outcome.UNSUPPORTED, reason, feature=feature.name)


def _weigh(
    watched: Watched[Seen], harm: Verdict | None, mode: Mode, reference: Reference | None
) -> tuple[Seen, bool]:
    """The worst of what was judged, and whether to try again."""
    verdicts = [harm] if harm is not None else []
    observation = watched.value.observation if watched.value is not None else None
    if watched.value is not None:
        verdicts.append(watched.value.verdict)
    if watched.error is not None:
        verdicts.append(_broken(watched.error))
    varying = watched.value.varying if watched.value is not None else frozenset()
    if observation is not None and reference is not None:
        difference = compare(
            reference.mode, reference.observation, mode, observation, varying=varying
        )
        if difference is not None:
            verdicts.append(Verdict(Outcome.FAILED, difference))
    verdict = worst(tuple(verdicts))
    retry = verdict.outcome is Outcome.BROKEN and not isinstance(watched.error, UsageError)
    ballot = watched.value.ballot if watched.value is not None else ()
    return Seen(verdict, observation, ballot=ballot), retry


def _broken(error: HarnessError) -> Verdict:
    lines = str(error).splitlines() or [""]
    return Verdict(Outcome.BROKEN, lines[0] or type(error).__name__, tuple(lines[1:]))


def _mistake(error: Exception) -> Verdict:
    """What a report of it needs: where it was raised."""
    where = traceback.format_exception(error)
    lines = tuple(line for part in where for line in part.splitlines())
    return Verdict(
        Outcome.BROKEN,
        f"a mistake in the harness itself, please report it: {type(error).__name__}",
        lines[-_MAX_TRACEBACK:],
    )

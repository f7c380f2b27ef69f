"""One attempt at one trial on one guest: from what was seen to an attempt with its verdict.

Knows nothing of other trials and decides nothing about what comes next.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from harness.guest.features import absence, find_feature
from harness.judge.equivalence import compare
from harness.judge.leaks import worn_out
from harness.judge.survival import judge_survival
from harness.runner.cases import Case, Seen
from harness.runner.known_features import KnownFeatures
from harness.runner.pool import Lent
from harness.runner.records import Attempt
from harness.runner.tested import Tested
from harness.runner.watch import Watch, Watched
from harness.values.errors import HarnessError, RefusedError, UsageError
from harness.values.feature import Feature
from harness.values.mode import Mode
from harness.values.observation import Objects, Observation
from harness.values.touched import NOTHING
from harness.values.verdict import Outcome, Verdict, worst

# Lines of the traceback that go into a record.
_MAX_TRACEBACK = 40


@dataclass(frozen=True, slots=True)
class Reference:
    """What the first mode gave, to which the others must be equal."""

    mode: Mode
    observation: Observation


@dataclass
class Trial:
    """A case in a mode, and how often it was tried."""

    case: Case
    mode: Mode
    reference: Reference | None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, and what follows from it."""

    attempt: Attempt
    retry: bool = False
    """Whether what went wrong is ours and may go right another time."""

    harmed: bool = False
    """Whether its guest must not be used again."""

    abandoned: bool = False
    """Whether its guest has something else to do that nobody waits for any more."""

    worn: bool = False
    """Whether its guest is sound and short of memory."""

    kept: Objects = field(default_factory=Objects)
    """What the kernel has yet to let go of."""

    @property
    def crashed(self) -> bool:
        return self.attempt.verdict.outcome is Outcome.CRASHED


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt of which everything is asked for, and that has to be finished in its turn."""

    trial: Trial
    lent: Lent
    watch: Watch
    collect: Callable[[], Seen]
    started_s: float

    def finish(self) -> Tried:
        """Wait for the answers and judge."""
        # It was not its turn before the trial before it was finished.
        started_s = max(self.started_s, self.lent.finished_s)
        try:
            watched = self.lent.finish(self.watch, self.collect, patient=False)
            return _weigh(self.trial, self.lent, watched, started_s)
        except Exception as error:
            return _failed(self.trial, self.lent, started_s, error)


class Attempts:
    """Makes attempts on guests of one target."""

    def __init__(self, target: Tested, features: KnownFeatures) -> None:
        self._target = target
        self._features = features

    def start(self, trial: Trial, lent: Lent) -> "Started | None":
        """Ask for all of a trial; None if it has to be made in its turn, which will tell why."""
        try:
            if not trial.case.at_once(lent.guest) or worn_out(lent.fresh, lent.health):
                return None
            if self._excuse(lent, trial.case, trial.mode) is not None:
                return None
        except Exception:
            return None
        watch = lent.begin()
        collect = _start(trial, lent)
        watch.end()
        return Started(trial, lent, watch, collect, time.monotonic())

    def make(self, trial: Trial, lent: Lent, *, patient: bool) -> Tried:
        """One attempt; who is not `patient` looks for `kept` later. Raises no HarnessError."""
        started_s = time.monotonic()
        try:
            excuse = self._excuse(lent, trial.case, trial.mode)
            if excuse is not None:
                return Tried(_attempt(trial, lent.name, started_s, Seen(excuse)))
            watched = lent.finish(
                lent.begin(), lambda: trial.case.run(lent.guest, trial.mode), patient=patient
            )
            return _weigh(trial, lent, watched, started_s)
        except Exception as error:
            return _failed(trial, lent, started_s, error)

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


def without_guest(trial: Trial, error: HarnessError) -> Tried:
    """An attempt for which no guest could be had."""
    seen = broken(error)
    return Tried(_attempt(trial, "", time.monotonic(), seen), not isinstance(error, UsageError))


def broken(error: HarnessError) -> Seen:
    lines = str(error).splitlines() or [""]
    return Seen(Verdict(Outcome.BROKEN, lines[0] or type(error).__name__, tuple(lines[1:])))


def _start(trial: Trial, lent: Lent) -> Callable[[], Seen]:
    """What cannot even be asked for comes up when it is its turn."""
    try:
        return trial.case.start(lent.guest, trial.mode)
    except Exception as error:
        return partial(_raise, error)


def _raise(error: Exception) -> Seen:
    raise error


def _failed(trial: Trial, lent: Lent, started_s: float, error: Exception) -> Tried:
    """What kept a trial from being made or judged."""
    if isinstance(error, HarnessError):
        retry = not isinstance(error, UsageError)
        return Tried(_attempt(trial, lent.name, started_s, broken(error)), retry, harmed=True)
    # A mistake of ours in one case must not cost the verdicts on the others.
    return Tried(_attempt(trial, lent.name, started_s, _mistake(error)), harmed=True)


def _weigh(trial: Trial, lent: Lent, watched: Watched[Seen], started_s: float) -> Tried:
    """The worst of what was judged, and what follows."""
    harm = judge_survival(watched.survival)
    verdicts = [harm] if harm is not None else []
    seen = watched.value
    if seen is not None:
        verdicts.append(seen.verdict)
        if difference := _difference(trial, seen):
            verdicts.append(Verdict(Outcome.FAILED, difference))
    if watched.error is not None:
        verdicts.append(broken(watched.error).verdict)
    verdict = worst(tuple(verdicts))
    observation = seen.observation if seen is not None else None
    ballot = seen.ballot if seen is not None else ()
    touched = seen.touched if seen is not None else NOTHING
    return Tried(
        _attempt(
            trial,
            lent.name,
            started_s,
            Seen(verdict, observation, ballot=ballot, touched=touched),
        ),
        retry=verdict.outcome is Outcome.BROKEN and not isinstance(watched.error, UsageError),
        harmed=harm is not None,
        worn=worn_out(lent.fresh, lent.health),
        kept=watched.kept,
    )


def _difference(trial: Trial, seen: Seen) -> str | None:
    """From what the first mode gave."""
    first = trial.reference
    if first is None or seen.observation is None:
        return None
    return compare(
        first.mode, first.observation, trial.mode, seen.observation, varying=seen.varying
    )


def _attempt(trial: Trial, guest: str, started_s: float, seen: Seen) -> Attempt:
    return Attempt(
        trial.case.id,
        trial.mode,
        trial.attempts,
        guest,
        seen.verdict,
        time.monotonic() - started_s,
        seen.observation,
        seen.ballot,
        seen.touched,
    )


def _mistake(error: Exception) -> Seen:
    """What a report of it needs: where it was raised."""
    where = traceback.format_exception(error)
    lines = tuple(line for part in where for line in part.splitlines())
    return Seen(
        Verdict(
            Outcome.BROKEN,
            f"a mistake in the harness itself, please report it: {type(error).__name__}",
            lines[-_MAX_TRACEBACK:],
        )
    )

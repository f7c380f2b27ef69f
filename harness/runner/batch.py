"""A batch of cases on one guest at a time: mode after mode, attempt after attempt, to records.

A guest that was harmed is replaced and never used again; the other cases go on. A trial in which
it was harmed is run once more, alone in a fresh guest: both attempts are told. So is a trial whose
guest was lost before the kernel had freed what the trial had made.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from harness.judge.leaks import judge_kept
from harness.judge.survival import judge_survival
from harness.runner.cases import Case
from harness.runner.known_features import KnownFeatures
from harness.runner.pool import Guests
from harness.runner.records import make_record
from harness.runner.shift import Shift, Waiting
from harness.runner.tested import Tested
from harness.runner.trial import Attempts, Reference, Started, Trial, Tried, without_guest
from harness.values.case import CaseId
from harness.values.errors import HarnessError, UnknownNameError
from harness.values.mode import Mode
from harness.values.observation import Observation
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict, worst

# Attempts in a row that went wrong on our side.
MAX_ATTEMPTS = 3

# Trials that are asked for before the first of them is answered: enough that the guest never waits
# for the host, and few to be made anew when it is lost.
_UNDER_WAY = 4


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


class BatchRunner:
    """Runs batches of cases on one target, with guests from one pool."""

    def __init__(
        self,
        target: Tested,
        guests: Guests,
        sink: Sink,
        isolation: Isolation = Isolation.BATCH,
        features: KnownFeatures | None = None,
    ) -> None:
        """`sink` gets every record as soon as it is known, from whichever thread runs."""
        self._target = target
        self._attempts = Attempts(target, features or target.known_features())
        self._guests = guests
        self._sink = sink
        self._alone_always = isolation is Isolation.CASE

    def run(self, cases: tuple[Case, ...], modes: tuple[Mode, ...]) -> None:
        """All cases in all modes that apply to them, mode after mode: to change it takes time."""
        first: dict[CaseId, Reference] = {}
        with Shift(self._guests) as shift:
            for mode in modes:
                trials = [Trial(c, mode, first.get(c.id)) for c in cases if mode in c.modes]
                for trial, seen in self._run_trials(trials, shift):
                    if seen is not None and seen.run is not None:
                        first.setdefault(trial.case.id, Reference(mode, seen))
            self._free(shift)

    def _run_trials(
        self, trials: Sequence[Trial], shift: Shift
    ) -> Iterator[tuple[Trial, Observation | None]]:
        """What the last attempt at each saw. The next few are asked for while one is served."""
        under_way: deque[Started] = deque()
        coming = deque(trials)
        while coming or under_way:
            if not coming or len(under_way) >= _UNDER_WAY:
                yield self._finish_oldest(under_way, coming, shift)
            elif (started := self._start(coming[0], shift)) is not None:
                coming.popleft()
                under_way.append(started)
            elif under_way:
                yield self._finish_oldest(under_way, coming, shift)
            else:
                trial = coming.popleft()
                yield trial, self._conclude(trial, shift, None)

    def _start(self, trial: Trial, shift: Shift) -> Started | None:
        """None for the first trial of a guest, too: starting one may go wrong."""
        if self._alone_always or shift.present is None:
            return None
        return self._attempts.start(trial, shift.present)

    def _finish_oldest(
        self, under_way: deque[Started], coming: deque[Trial], shift: Shift
    ) -> tuple[Trial, Observation | None]:
        """Those behind it are made anew if their guest is gone: it had not come to them."""
        oldest = under_way.popleft()
        trial = oldest.trial
        trial.attempts += 1
        tried = oldest.finish()
        if under_way:
            # A guest that is short of memory is ended when it has done what it was asked for.
            tried = replace(tried, worn=False, abandoned=tried.harmed or tried.retry)
        if tried.abandoned:
            coming.extendleft(started.trial for started in reversed(under_way))
            under_way.clear()
        return trial, self._conclude(trial, shift, tried)

    def _conclude(self, trial: Trial, shift: Shift, first: Tried | None) -> Observation | None:
        """As many attempts as it takes, of which the first may have been made; to a record."""
        tried, orphans = self._served(trial, shift, first, patient=self._alone_always)
        if tried.crashed:
            tried = self._confirm(trial, tried, orphans)
        else:
            self._run_again(orphans)
        if tried.kept:
            shift.wait_for(trial, tried)
        else:
            self._record(tried, final=True)
        for one in shift.freed():
            self._record(one.tried, final=True)
        if tried.worn:
            self._free(shift)
            shift.drop()
        return tried.attempt.observation

    def _served(
        self, trial: Trial, shift: Shift, first: Tried | None, *, patient: bool
    ) -> tuple[Tried, Sequence[Waiting]]:
        """An attempt that did not go wrong on our side, or the last of three; and the orphans."""
        for left in reversed(range(MAX_ATTEMPTS)):
            tried, first = first or self._try(trial, shift, patient), None
            # What went wrong twice in this guest would go wrong again.
            wasted = tried.retry and left <= 1
            orphans: Sequence[Waiting] = ()
            if tried.abandoned or (tried.harmed and (tried.crashed or tried.retry)):
                orphans = shift.drop()
            elif tried.harmed or wasted or self._alone_always:
                self._free(shift)
                shift.drop()
            if not tried.retry or not left:
                return tried, orphans
            self._record(tried, final=False)
            self._run_again(orphans)
        raise AssertionError("unreachable: the last attempt is final")

    def _try(self, trial: Trial, shift: Shift, patient: bool) -> Tried:
        trial.attempts += 1
        try:
            lent = shift.guest()
        except HarnessError as error:
            return without_guest(trial, error)
        return self._attempts.make(trial, lent, patient=patient)

    def _alone(self, trial: Trial) -> Tried:
        """In a fresh guest, and all that it made is waited for."""
        with Shift(self._guests, fresh=True) as shift:
            tried, _ = self._served(trial, shift, None, patient=True)
            if tried.worn:
                shift.drop()
        return tried

    def _confirm(self, trial: Trial, first: Tried, orphans: Sequence[Waiting]) -> Tried:
        """Whether a crash comes again, unless it is seen that an orphan was to blame."""
        if not self._target.repeats_crashes:
            self._run_again(orphans)
            return first
        self._record(first, final=False)
        explained = self._run_again(orphans)
        again = self._alone(trial)
        if again.crashed:
            return replace(again, attempt=replace(again.attempt, reproducible=True))
        if explained:
            return again
        return _only_once(first, again)

    def _run_again(self, orphans: Sequence[Waiting]) -> bool:
        """Each alone, because their guest is gone; whether any crashed a guest of its own."""
        for one in orphans:
            why = "the guest was lost before its kernel had freed what the trial had made"
            self._record(_judged(one.tried, Verdict(Outcome.BROKEN, why)), final=False)
        crashed = False
        for one in orphans:
            tried = self._alone(one.trial)
            if tried.crashed:
                crashed = True
                tried = self._confirm(one.trial, tried, ())
            self._record(tried, final=True)
        return crashed

    def _free(self, shift: Shift) -> None:
        """Wait for what the guest's kernel has yet to free, and judge who waited for it."""
        if not shift.waiting:
            return
        watched = shift.wait()
        harm = judge_survival(watched.survival)
        if harm is not None and harm.outcome is not Outcome.FAILED:
            self._harmed_while_freeing(shift, harm)
            return
        for one in shift.freed():
            self._record(one.tried, final=True)
        for one in shift.waiting:
            verdict = worst((one.tried.attempt.verdict, judge_kept(shift.left(one))))
            self._record(_judged(one.tried, verdict), final=True)
        if shift.waiting or harm is not None:
            shift.drop()

    def _harmed_while_freeing(self, shift: Shift, harm: Verdict) -> None:
        """The last trial is accused, the others are run again for their own sake."""
        *others, last = shift.drop()
        if harm.outcome is Outcome.CRASHED:
            accused = self._confirm(last.trial, _judged(last.tried, harm), others)
            self._record(accused, final=True)
        else:
            self._run_again((*others, last))

    def _record(self, tried: Tried, *, final: bool) -> None:
        self._sink(make_record(self._target, tried.attempt, final=final))


def _judged(tried: Tried, verdict: Verdict) -> Tried:
    return replace(tried, attempt=replace(tried.attempt, verdict=verdict))


def _only_once(first: Tried, again: Tried) -> Tried:
    """A crash that did not come again is a crash."""
    crash = first.attempt.verdict
    second = again.attempt
    again_it = f"{second.verdict.outcome} when it was run again alone"
    reason = f"{crash.reason} (once, in {first.attempt.guest}: {again_it})"
    verdict = replace(crash, reason=reason)
    reproducible = None if second.verdict.outcome is Outcome.BROKEN else False
    return replace(again, attempt=replace(second, verdict=verdict, reproducible=reproducible))

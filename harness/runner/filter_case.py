"""The cases of the kind that is a filter: run in a guest, then judged by what is above it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from harness.guest.guest import Guest
from harness.guest.links import near_target
from harness.judge.ballot import cast_ballot
from harness.judge.filter import FilterExpectation, judge_filter
from harness.runner.cases import Case, Seen
from harness.runner.filter_trial import FilterTrial
from harness.runner.loadable import Loadable
from harness.values.ballot import Ballot
from harness.values.case import CaseId
from harness.values.errors import CaseError, RefusedError
from harness.values.expectation import Expectation, JitCondition
from harness.values.mode import Mode
from harness.values.observation import Observation
from harness.values.touched import Touched
from harness.values.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class FilterCase:
    """A filter with an expectation written above it."""

    loadable: Loadable

    reads_code: bool = False
    """Whether the machine code that the JIT makes of it is looked at, too."""

    @property
    def id(self) -> CaseId:
        return self.loadable.id

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Those the annotations name, less those its __load_if_… excludes."""
        expectation = self.loadable.expectation
        if expectation.jit is None:
            return expectation.modes
        wanted = expectation.jit is JitCondition.ON
        return tuple(mode for mode in expectation.modes if mode.jits == wanted)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.loadable.expectation.needs

    def at_once(self, guest: Guest) -> bool:
        """Whether it is only loaded and run, not attached or traced."""
        expectation = self._expectation(guest)
        return not (expectation.skip or expectation.attaches or expectation.trace)

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        """Ask for the load and the test run."""
        expectation = self._expectation(guest)
        observe = self._trial(expectation, guest, mode).start()
        return lambda: self._judge(expectation, guest, mode, observe)

    def run(self, guest: Guest, mode: Mode) -> Seen:
        """Load it and, if the expectation says so, run or attach it; then judge what was seen."""
        expectation = self._expectation(guest)
        if reason := expectation.skip:
            return Seen(Verdict(Outcome.UNSUPPORTED, f"its file says to skip it: {reason}"))
        guest.connection.forget()
        trial = self._trial(expectation, guest, mode)
        return self._judge(expectation, guest, mode, trial.observe)

    def _expectation(self, guest: Guest) -> Expectation:
        return self.loadable.expectation.on_release(guest.identity.upstream)

    def _trial(self, expectation: Expectation, guest: Guest, mode: Mode) -> FilterTrial:
        loadable = replace(self.loadable, expectation=expectation)
        return FilterTrial(guest, loadable, reads_code=self.reads_code and mode.jits)

    def _judge(
        self,
        expectation: Expectation,
        guest: Guest,
        mode: Mode,
        observe: Callable[[], Observation],
    ) -> Seen:
        try:
            observation = observe()
        except RefusedError as error:
            verdict = Verdict(Outcome.FAILED, error.message, _evidence(error.remedy))
            return Seen(verdict, touched=self._touched(guest))
        verdict = judge_filter(self._expected(expectation, mode), observation)
        if verdict.outcome is Outcome.FAILED:
            near = near_target(guest.connection, self.loadable.spec.event, observation.load)
            verdict = replace(verdict, evidence=verdict.evidence + _evidence(near))
        return Seen(
            verdict,
            observation,
            frozenset(expectation.varying),
            self._ballot(observation, guest.identity.upstream),
            self._touched(guest),
        )

    def _touched(self, guest: Guest) -> Touched:
        """Of its object it has to do with the tables that it and its companions can reach.

        What is not attached shares the guest with other trials under way.
        """
        own = self.loadable
        reached = {
            own.obj.table(name).type_name
            for filter_name in (own.spec.name, *own.companions)
            for name in own.obj.filter(filter_name).tables
        }
        if not own.expectation.attaches:
            return Touched.of(set(), reached)
        return Touched.of(guest.connection.events, reached, guest.connection.fired)

    def _ballot(self, observation: Observation, release: str) -> Ballot:
        own = self.loadable
        return cast_ballot(
            own.expectation,
            own.obj.tables,
            own.obj.byte_order,
            observation,
            release=release,
            privileged=self.id.privileged,
        )

    def _expected(self, whole: Expectation, mode: Mode) -> FilterExpectation:
        half = whole.privileged if self.id.privileged else whole.unprivileged
        if half is None:
            raise CaseError(f"{self.id} is not expected to be loaded like this")
        return FilterExpectation(whole, half, mode, self.loadable.obj.byte_order)


def _evidence(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)


def reading_code(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The same cases, where filters also have their machine code looked at."""
    return tuple(
        replace(case, reads_code=True) if isinstance(case, FilterCase) else case for case in cases
    )

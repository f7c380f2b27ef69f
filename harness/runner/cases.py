"""What the runner asks of a case, whether it is a filter or a scenario."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from harness.guest.guest import Guest
from harness.values.ballot import Ballot
from harness.values.case import CaseId
from harness.values.mode import Mode
from harness.values.observation import Observation
from harness.values.touched import NOTHING, Touched
from harness.values.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of running a case once: the verdict on the expectation, and the facts."""

    verdict: Verdict
    observation: Observation | None = None
    """None for a scenario, which observes for itself."""

    varying: frozenset[str] = frozenset()
    """What of it may differ between modes for a good reason."""

    ballot: Ballot = ()
    """What of it must be the same on every machine."""

    touched: Touched = NOTHING
    """The events and tables it was about."""


class Case(Protocol):
    """One case."""

    @property
    def id(self) -> CaseId: ...

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes it applies to."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Features without which it cannot be run."""

    def at_once(self, guest: Guest) -> bool:
        """Whether nothing that it asks such a guest depends on an answer."""

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        """If so, ask for everything; what waits for the answers, and raises as `run` does."""

    def run(self, guest: Guest, mode: Mode) -> Seen:
        """Run it in a guest that is in that mode.

        Raises ChannelError if the guest is lost, UsageError if the case itself is wrong.
        """

"""harness.runner.shift: one guest after another, and who waits for the present one to free."""

from pathlib import Path

import pytest

from harness.runner.pool import Lent
from harness.runner.records import Attempt
from harness.runner.shift import Shift
from harness.runner.trial import Trial, Tried
from harness.values.mode import Mode
from harness.values.observation import Objects
from harness.values.verdict import Outcome, Verdict
from harness.vm.fake import health_reply
from tests.fake_guests import FakeGuests, FakeKernel, ScriptedCase


class Kernels:
    """Those of all guests; the tables that there are."""

    def __init__(self, folder: Path) -> None:
        self.tables: list[int] = []
        self.guests = FakeGuests(folder, self._boot)
        self.shift = Shift(self.guests)

    def wait_for(self, name: str, *tables: int) -> None:
        trial = Trial(ScriptedCase(name), Mode.INTERP, None)
        verdict = Verdict(Outcome.PASSED, "as expected")
        attempt = Attempt(trial.case.id, trial.mode, 1, "guest-1", verdict, 0.0)
        self.shift.wait_for(trial, Tried(attempt, kept=Objects(tables=frozenset(tables))))

    def look(self) -> None:
        lent = self.shift.guest()
        lent.health = lent.guest.health()

    def freed(self) -> list[str]:
        return [one.trial.case.id.program for one in self.shift.freed()]

    def waiting(self) -> list[str]:
        return [one.trial.case.id.program for one in self.shift.waiting]

    def _boot(self, number: int) -> FakeKernel:
        kernel = FakeKernel()
        kernel.handlers["health"] = lambda request: health_reply(tables=list(self.tables))
        return kernel


@pytest.fixture
def kernels(tmp_path: Path) -> Kernels:
    return Kernels(tmp_path)


def test_a_guest_is_kept_until_it_is_dropped(kernels: Kernels) -> None:
    assert kernels.shift.present is None
    first: Lent = kernels.shift.guest()

    assert kernels.shift.guest() is first is kernels.shift.present
    kernels.shift.drop()
    assert kernels.shift.present is None
    assert kernels.shift.guest().name == "guest-2"
    assert kernels.guests.discarded == ["guest-1"]


def test_at_the_end_the_guest_is_given_back(kernels: Kernels) -> None:
    first = kernels.shift.guest()

    kernels.shift.end()
    kernels.shift.end()

    assert kernels.guests.idle == [first]
    assert kernels.shift.guest() is first


def test_a_fresh_shift_takes_no_guest_that_was_used(kernels: Kernels) -> None:
    kernels.shift.guest()
    kernels.shift.end()

    assert Shift(kernels.guests, fresh=True).guest().name == "guest-2"


def test_who_waits_is_freed_when_nothing_of_its_own_was_seen(kernels: Kernels) -> None:
    """What others made may stay."""
    kernels.tables = [1, 2, 3]
    kernels.wait_for("a", 1)
    kernels.wait_for("b", 2, 3)
    kernels.look()
    assert (kernels.freed(), kernels.waiting()) == ([], ["a", "b"])

    kernels.tables = [3, 4]
    assert kernels.freed() == []
    kernels.look()

    assert (kernels.freed(), kernels.waiting()) == (["a"], ["b"])
    (one,) = kernels.shift.waiting
    assert kernels.shift.left(one) == Objects(tables=frozenset({3}))


def test_who_waited_for_a_dropped_guest_is_an_orphan(kernels: Kernels) -> None:
    kernels.look()
    kernels.wait_for("a", 1)
    kernels.wait_for("b", 2)

    assert [one.trial.case.id.program for one in kernels.shift.drop()] == ["a", "b"]
    assert kernels.shift.drop() == []
    assert kernels.waiting() == []


def test_waiting_ends_when_all_is_freed(kernels: Kernels, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels.tables = [1, 2]
    kernels.look()
    kernels.wait_for("a", 1)
    kernels.wait_for("b", 2)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        kernels.tables = kernels.tables[1:]

    monkeypatch.setattr("harness.runner.shift.time.sleep", sleep)
    watched = kernels.shift.wait()

    assert len(slept) == 2
    assert watched.survival.lost is None
    assert kernels.freed() == ["a", "b"]


def test_waiting_ends_when_there_was_time_enough(
    kernels: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.runner.shift.LEAK_WAIT_S", 0.03)
    kernels.tables = [1]
    kernels.look()
    kernels.wait_for("a", 1)

    kernels.shift.wait()

    assert (kernels.freed(), kernels.waiting()) == ([], ["a"])

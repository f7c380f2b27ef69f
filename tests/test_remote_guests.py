"""harness.runner.remote_guests: one machine, one guest at a time, and what is not done to it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.runner.batch import BatchRunner
from harness.runner.known_features import KnownFeatures
from harness.runner.pool import Lent
from harness.runner.remote_guests import RemoteGuests
from harness.runner.remote_target import meant_to_crash
from harness.runner.target import Target
from harness.values.case import CaseId
from harness.values.deadline import Deadline
from harness.values.errors import InfrastructureError, TargetError
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.fake import FakeVm
from tests.fake_guests import PANIC, TARGET, FakeKernel, ScriptedCase


class FakeMachine:
    """A machine whose agents are Python objects."""

    def __init__(self) -> None:
        self.vms: list[FakeVm] = []
        self.gone: TargetError | None = None
        self.given_up = False
        self.closed = False

    def start(self, folder: Path, deadline: Deadline) -> Guest:
        if self.gone is not None:
            raise self.gone
        kernel = FakeKernel()
        kernel.vm = FakeVm(folder / f"{len(self.vms)}.log", kernel.handlers)
        self.vms.append(kernel.vm)
        return Guest(kernel.vm, timeout_s=0.2)

    def give_up(self) -> None:
        self.given_up = True

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def guests(machine: FakeMachine, tmp_path: Path) -> RemoteGuests:
    return RemoteGuests(machine, lambda name: tmp_path)


def test_a_guest_that_was_given_back_is_lent_again(
    guests: RemoteGuests, machine: FakeMachine
) -> None:
    first = guests.take()
    guests.give_back(first)

    assert guests.take() is first
    assert (guests.started, len(machine.vms)) == (1, 1)


def test_a_fresh_guest_is_another_agent(guests: RemoteGuests, machine: FakeMachine) -> None:
    guests.give_back(guests.take())

    again = guests.take(fresh=True)

    assert again.name == "guest-2"
    assert [vm.stopped for vm in machine.vms] == [True, False]


def test_who_comes_second_waits_for_the_first(guests: RemoteGuests) -> None:
    first, second = guests.take(), list[Lent]()
    waiting = threading.Thread(target=lambda: second.append(guests.take()))
    waiting.start()
    waiting.join(0.3)
    assert not second

    guests.discard(first)
    waiting.join(5)

    assert second[0].name == "guest-2"


def test_a_machine_that_is_gone_keeps_nobody_waiting(
    guests: RemoteGuests, machine: FakeMachine
) -> None:
    machine.gone = TargetError("it did not come back")

    for _ in range(2):
        with pytest.raises(TargetError, match="did not come back"):
            guests.take()


def test_a_run_that_is_ended_ends_who_waits_and_who_works(
    guests: RemoteGuests, machine: FakeMachine
) -> None:
    lent = guests.take()
    said: list[str] = []

    def wait() -> None:
        try:
            guests.take()
        except InfrastructureError as error:
            said.append(error.message)

    waiting = threading.Thread(target=wait)
    waiting.start()
    guests.refuse()
    waiting.join(5)
    guests.give_back(lent)

    assert said == ["the run is being ended: no more guests"]
    assert machine.given_up
    assert machine.vms[0].stopped


def test_closing_ends_the_idle_guest_and_the_connection(
    guests: RemoteGuests, machine: FakeMachine
) -> None:
    guests.give_back(guests.take())

    guests.close()

    assert machine.vms[0].stopped
    assert machine.closed


class _Careful(Target):
    """A target that must not be crashed on purpose."""

    @property
    def repeats_crashes(self) -> bool:
        return False


def panic(guests: RemoteGuests, machine: FakeMachine) -> Callable[[Guest], object]:
    def act(guest: Guest) -> None:
        vm = machine.vms[-1]
        vm.write_console(PANIC)
        vm.channel.cut()
        guest.health()

    return act


@pytest.mark.parametrize("careful", [False, True])
def test_a_crash_is_made_twice_only_where_it_may_be(
    guests: RemoteGuests, machine: FakeMachine, tmp_path: Path, careful: bool
) -> None:
    kind = _Careful if careful else Target
    target = kind(
        TARGET.kernel, TARGET.image, TARGET.hardware, TARGET.accel, TARGET.qemu_version, None
    )
    cases = (ScriptedCase("a", panic(guests, machine)), ScriptedCase("b"))
    records: list[Record] = []
    known = KnownFeatures(TARGET.kernel, TARGET.hardware, tmp_path / "features")

    BatchRunner(target, guests, records.append, features=known).run(cases, (Mode.INTERP,))

    crashes = [record for record in records if record.program == "a"]
    assert [(r.verdict.outcome, r.final) for r in crashes] == (
        [(Outcome.CRASHED, True)]
        if careful
        else [(Outcome.CRASHED, False), (Outcome.CRASHED, True)]
    )
    assert crashes[-1].reproducible is (None if careful else True)
    assert [r.verdict.outcome for r in records if r.program == "b"] == [Outcome.PASSED]


@pytest.mark.parametrize(
    ("path", "survival"),
    [
        ("cases/survival/storms.c", True),
        ("survival/storms.c", True),
        ("cases/compute/survival.bpf.c", False),
        ("cases/survivals/a.c", False),
    ],
)
def test_survival_cases_are_those_of_a_folder_of_that_name(path: str, survival: bool) -> None:
    class _Case(ScriptedCase):
        @property
        def id(self) -> CaseId:
            return CaseId(path, "x")

    assert meant_to_crash(_Case("x")) is survival


def test_so_are_they_when_one_is_in_that_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "survival").mkdir()
    monkeypatch.chdir(tmp_path / "survival")

    class _Case(ScriptedCase):
        @property
        def id(self) -> CaseId:
            return CaseId("storms.c", "x")

    assert meant_to_crash(_Case("x"))

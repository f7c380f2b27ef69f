"""harness.runner.batch: trials that are under way together, and what is freed after its trial."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.judge.leaks import MAX_NOISE_KB
from harness.runner.batch import Isolation
from harness.runner.cases import Seen
from harness.values.errors import CaseError
from harness.values.mode import Mode
from harness.values.verdict import Outcome
from tests.fake_guests import FakeGuests, ScriptedCase, run_cases, seven
from tests.keeping_kernel import (
    FOR_EVER,
    KeepingKernel,
    Scripts,
    filters,
    once,
    panic,
    told,
    told_by,
)


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.runner.watch.LEAK_WAIT_S", 0.5)
    monkeypatch.setattr("harness.runner.shift.LEAK_WAIT_S", 0.5)


def all_passed(names: str) -> dict[str, Outcome]:
    return dict.fromkeys(names, Outcome.PASSED)


def test_the_next_trials_are_asked_for_before_one_is_answered(tmp_path: Path) -> None:
    """The first of a guest alone, which tells whether its mode can be set; then four together."""
    found, _ = told_by(tmp_path, Scripts(), "abcdefg")

    assert found.loads == (1, 5, 6, 7, 7, 7, 7)


def test_replies_are_read_after_all_requests_of_several_trials_were_sent(tmp_path: Path) -> None:
    scripts = Scripts()
    guests = FakeGuests(tmp_path, scripts.boot)
    lent = guests.take()
    guests.give_back(lent)
    channel = scripts.booted[0].vm.channel
    receive = channel.receive
    sent: list[int] = []

    def counting(deadline: Any) -> bytes:  # noqa: ANN401 - as FakeChannel has it
        sent.append(sum(request["op"] == "run" for request in channel.requests))
        return receive(deadline)

    channel.receive = counting  # type: ignore[method-assign]
    told(guests, scripts, filters("abcde"))

    assert sorted(set(sent)) == [0, 1, 5]


def test_only_the_first_trial_of_a_guest_has_a_marker_before_it(tmp_path: Path) -> None:
    """A line on an emulated serial port takes milliseconds."""
    scripts = Scripts()

    told_by(tmp_path, scripts, "abc")

    requests = scripts.booted[0].vm.channel.requests
    marks = [request["text"].split()[0] for request in requests if request["op"] == "mark"]
    assert marks == ["begin", "end", "end", "end"]


def test_isolation_by_case_never_has_two_under_way(tmp_path: Path) -> None:
    """Each in a guest of its own, in which all that it made is waited for."""
    scripts = Scripts(kept={"b": 3, "c": FOR_EVER})
    guests = FakeGuests(tmp_path, scripts.boot)

    found = told(guests, scripts, filters("abcd"), Isolation.CASE)

    assert [(r.program, r.guest) for r in found.records] == [
        (name, f"guest-{number}") for number, name in enumerate("abcd", 1)
    ]
    assert [kernel.loads for kernel in scripts.booted] == [1] * 4
    assert [kernel.looks for kernel in scripts.booted][:2] == [2, 5]
    assert found.outcomes() == all_passed("abd") | {"c": Outcome.FAILED}


def test_what_is_freed_late_costs_nobody_anything(tmp_path: Path) -> None:
    """Neither a verdict nor a guest nor time: one look for each trial, and one at the end."""
    scripts = Scripts(kept={"a": 2, "b": 3, "c": 2})

    found, guests = told_by(tmp_path, scripts, "abcdef")

    assert found.outcomes() == all_passed("abcdef")
    assert len(found.records) == 6
    assert (guests.boots, guests.discarded) == (1, [])
    assert scripts.booted[0].looks == 1 + 6


def test_what_the_last_trials_made_is_waited_for(tmp_path: Path) -> None:
    scripts = Scripts(kept=dict.fromkeys("ef", 5))

    found, guests = told_by(tmp_path, scripts, "abcdef")

    assert found.outcomes() == all_passed("abcdef")
    assert guests.discarded == []
    assert scripts.booted[0].looks >= 1 + 6 + 3


def test_a_leak_that_shows_late_fails_the_trial_that_made_it(tmp_path: Path) -> None:
    """Others were run meanwhile, and what they made went away late, too. It ends the guest."""
    scripts = Scripts(kept={"a": 2, "b": FOR_EVER, "c": 3, "d": 4})

    found, guests = told_by(tmp_path, scripts, "abcde")

    assert found.outcomes() == all_passed("acde") | {"b": Outcome.FAILED}
    assert found.last("b").verdict.reason == ("left behind after everything was closed: 1 program")
    assert found.of("b") == [(1, Outcome.FAILED, "guest-1")]
    assert (guests.boots, guests.discarded) == (1, ["guest-1"])


def test_each_leak_is_its_own_trials(tmp_path: Path) -> None:
    found, _ = told_by(tmp_path, Scripts(kept=dict.fromkeys("bd", FOR_EVER)), "abcd")

    assert found.outcomes() == all_passed("ac") | dict.fromkeys("bd", Outcome.FAILED)


def test_a_trial_that_waits_is_not_lost_with_a_guest_that_another_has_harmed(
    tmp_path: Path,
) -> None:
    """A leak of what has no ids ends the guest at once, with what is under way in it."""

    def leak(kernel: KeepingKernel) -> None:
        kernel.handles = 1

    found, guests = told_by(tmp_path, Scripts({"b": leak}, kept={"a": 4}), "abcd")

    assert found.outcomes() == all_passed("acd") | {"b": Outcome.FAILED}
    assert found.of("a") == [(1, Outcome.BROKEN, "guest-1"), (2, Outcome.PASSED, "guest-2")]
    assert found.of("b") == [(1, Outcome.FAILED, "guest-1")]
    assert found.of("c") == [(1, Outcome.PASSED, "guest-2")]
    assert guests.discarded == ["guest-1"]


def test_a_trial_that_is_looked_at_again_is_not_held_to_what_came_after_it(
    tmp_path: Path,
) -> None:
    """The second look is behind the trials that were under way: their filters are there by then."""

    def hold(kernel: KeepingKernel) -> None:
        kernel.handles = 1

    def let_go(kernel: KeepingKernel) -> None:
        kernel.handles = 0

    scripts = Scripts({"b": hold, "e": let_go}, kept={"c": FOR_EVER, "d": 3})

    found, _ = told_by(tmp_path, scripts, "abcdef")

    assert found.outcomes() == all_passed("abdef") | {"c": Outcome.FAILED}


def test_a_taint_that_is_seen_at_a_second_look_is_tied_to_who_brought_it(tmp_path: Path) -> None:
    def hold(kernel: KeepingKernel) -> None:
        kernel.handles = 1

    def taint(kernel: KeepingKernel) -> None:
        kernel.handles = 0
        kernel.vm.taint = 1 << 9

    found, _ = told_by(tmp_path, Scripts({"b": hold, "d": taint}), "abcde")

    assert found.outcomes() == all_passed("abce") | {"d": Outcome.CRASHED}


def test_a_case_that_cannot_be_asked_for_is_broken_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object that is larger than any message may be."""
    monkeypatch.setattr("harness.formats.wire.MAX_MESSAGE", 1 << 16)
    scripts = Scripts()
    guests = FakeGuests(tmp_path, scripts.boot)
    huge = seven(name="c", data=bytes(1 << 16))

    found = told(guests, scripts, (*filters("ab"), huge, *filters("def")))

    assert found.outcomes() == all_passed("abdef") | {"c": Outcome.BROKEN}
    assert "over the limit of 65536" in found.last("c").verdict.reason
    assert {record.guest for record in found.records} == {"guest-1"}
    assert len(found.records) == 6
    assert guests.discarded == []


@dataclass(frozen=True)
class Spoilt(ScriptedCase):
    """Comes to grief where it is asked for."""

    error: type[Exception] = CaseError
    early: bool = False

    def at_once(self, guest: Guest) -> bool:
        if self.early:
            raise self.error("no such table")
        return True

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        raise self.error("no such table")


@pytest.mark.parametrize(
    ("spoilt", "outcome"),
    [
        (Spoilt("c"), Outcome.BROKEN),
        (Spoilt("c", error=ValueError), Outcome.BROKEN),
        (Spoilt("c", error=ValueError, early=True), Outcome.PASSED),
    ],
)
def test_a_mistake_while_asking_costs_no_other_trial(
    tmp_path: Path, spoilt: Spoilt, outcome: Outcome
) -> None:
    """It comes up when it is the trial's turn."""
    scripts = Scripts()
    guests = FakeGuests(tmp_path, scripts.boot)

    found = told(guests, scripts, (*filters("ab"), spoilt, *filters("def")))

    assert found.outcomes() == all_passed("abdef") | {"c": outcome}
    assert len(found.records) == 6


def test_a_guest_short_of_memory_ends_after_what_it_was_asked_for(tmp_path: Path) -> None:
    def use(kernel: KeepingKernel) -> None:
        kernel.used_kb += MAX_NOISE_KB // 2 + 1

    found, guests = told_by(tmp_path, Scripts({"b": use, "c": use}), "abcdefgh")

    assert found.outcomes() == all_passed("abcdefgh")
    assert [record.guest for record in found.records] == ["guest-1"] * 6 + ["guest-2"] * 2
    assert guests.discarded == ["guest-1"]


def test_an_attempt_that_went_wrong_on_our_side_leaves_no_trace_on_those_behind(
    tmp_path: Path,
) -> None:
    """The guest is replaced, because it has their requests already."""
    kills: list[KeepingKernel] = []

    def kill(kernel: KeepingKernel) -> None:
        kernel.vm.machine_fault = "QEMU was killed by signal 9"
        kernel.die()
        kills.append(kernel)

    found, guests = told_by(tmp_path, Scripts({"b": once(kill)}, kept={"a": 4}), "abcd")

    assert found.of("b") == [(1, Outcome.BROKEN, "guest-1"), (2, Outcome.PASSED, "guest-2")]
    assert found.of("a") == [(1, Outcome.BROKEN, "guest-1"), (2, Outcome.PASSED, "guest-2")]
    assert found.of("c") == [(1, Outcome.PASSED, "guest-2")]
    assert (guests.boots, len(kills)) == (2, 1)


def test_modes_come_one_after_the_other(tmp_path: Path) -> None:
    """To change the mode takes a guest that has nothing else to do."""
    guests = FakeGuests(tmp_path, Scripts().boot)

    records = run_cases(guests, *filters("abc"))

    assert [(record.mode, record.program) for record in records] == [
        (mode.value, name) for mode in Mode for name in "abc"
    ]


def test_a_crash_in_one_mode_costs_no_trial_of_the_next(tmp_path: Path) -> None:
    scripts = Scripts({"b": once(panic)}, kept={"a": 3})

    records = run_cases(FakeGuests(tmp_path, scripts.boot), *filters("abc"))

    final = [(record.mode, record.program) for record in records if record.final]
    assert sorted(final) == sorted((mode.value, name) for mode in Mode for name in "abc")

"""harness.runner.batch: a crash is made to come again, and who is accused of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.values.errors import BootError
from harness.values.verdict import Outcome
from tests.fake_guests import FakeGuests, FakeKernel, ScriptedCase, run_cases
from tests.keeping_kernel import KeepingKernel, Scripts, filters, once, panic, told, told_by, warn


def test_a_crash_that_comes_again_is_reproducible(tmp_path: Path) -> None:
    """The second attempt is alone in a guest of its own, and the others go on in a third."""
    found, guests = told_by(tmp_path, Scripts({"b": panic}), "abc")

    assert found.of("b") == [(1, Outcome.CRASHED, "guest-1"), (2, Outcome.CRASHED, "guest-2")]
    assert found.last("b").reproducible is True
    assert "sysrq triggered crash" in found.last("b").verdict.reason
    assert found.of("c") == [(1, Outcome.PASSED, "guest-3")]
    assert guests.discarded == ["guest-1", "guest-2"]


def test_a_crash_that_does_not_come_again_is_still_a_crash(tmp_path: Path) -> None:
    found, guests = told_by(tmp_path, Scripts({"b": once(panic)}), "abc")

    assert found.of("b") == [(1, Outcome.CRASHED, "guest-1"), (2, Outcome.CRASHED, "guest-2")]
    assert found.last("b").reproducible is False
    assert found.last("b").verdict.reason == (
        "Kernel panic - not syncing: sysrq triggered crash "
        "(once, in guest-1: PASSED when it was run again alone)"
    )
    assert found.last("b").verdict.evidence == found.records[1].verdict.evidence != ()
    assert guests.discarded == ["guest-1"]


def test_a_crash_that_cannot_be_made_to_come_again_is_a_crash(tmp_path: Path) -> None:
    """Nothing is known of whether it would: no guest can be had."""
    scripts = Scripts({"a": panic})

    def boot(number: int) -> FakeKernel:
        if number > 1:
            raise BootError("QEMU did not start")
        return scripts.boot(number)

    found = told(FakeGuests(tmp_path, boot), scripts, filters("a"))

    assert [outcome for _, outcome, _ in found.of("a")] == [
        Outcome.CRASHED,
        Outcome.BROKEN,
        Outcome.BROKEN,
        Outcome.CRASHED,
    ]
    assert found.last("a").reproducible is None
    assert found.last("a").verdict.reason.endswith(
        "(once, in guest-1: BROKEN when it was run again alone)"
    )


def test_what_is_no_crash_is_not_said_to_be_reproducible(tmp_path: Path) -> None:
    found, _ = told_by(tmp_path, Scripts(), "a")

    assert found.last("a").reproducible is None


def test_the_second_attempt_is_in_a_guest_that_nobody_has_used(tmp_path: Path) -> None:
    """What idle guests there are have run other cases."""
    scripts = Scripts({"a": once(panic)})
    guests = FakeGuests(tmp_path, scripts.boot)
    for lent in (guests.take(), guests.take()):
        guests.give_back(lent)

    found = told(guests, scripts, filters("ab"))

    assert found.of("a") == [(1, Outcome.CRASHED, "guest-2"), (2, Outcome.CRASHED, "guest-3")]
    assert [lent.name for lent in guests.idle] == ["guest-1", "guest-3"]


def test_what_was_under_way_behind_a_lost_guest_is_made_anew(tmp_path: Path) -> None:
    """As if nothing had been asked for: the guest had not come to it."""
    found, _ = told_by(tmp_path, Scripts({"c": once(panic)}), "abcdefg")

    assert [record.program for record in found.records] == list("abccdefg")
    assert found.outcomes() == dict.fromkeys("abdefg", Outcome.PASSED) | {"c": Outcome.CRASHED}
    assert [found.of(name) for name in "de"] == [[(1, Outcome.PASSED, "guest-2")]] * 2


def test_who_came_before_a_crash_is_not_accused(tmp_path: Path) -> None:
    """A guest is seen to be lost when a request cannot be sent: replies from before are unread."""
    found, _ = told_by(tmp_path, Scripts({"d": panic}), "abcdefgh")

    assert found.outcomes() == dict.fromkeys("abcefgh", Outcome.PASSED) | {"d": Outcome.CRASHED}
    assert found.last("d").reproducible is True


def test_many_crashes_each_cost_a_trial(tmp_path: Path) -> None:
    found, _ = told_by(tmp_path, Scripts(dict.fromkeys("bce", panic)), "abcdef")

    assert found.outcomes() == dict.fromkeys("adf", Outcome.PASSED) | dict.fromkeys(
        "bce", Outcome.CRASHED
    )


def test_whose_guest_was_lost_before_it_was_freed_is_run_again(tmp_path: Path) -> None:
    """Nobody will know whether it left anything: BROKEN, and made again alone."""
    found, _ = told_by(tmp_path, Scripts({"c": once(panic)}, kept={"a": 9}), "abcd")

    assert found.of("a") == [(1, Outcome.BROKEN, "guest-1"), (2, Outcome.PASSED, "guest-2")]
    assert found.of("c") == [(1, Outcome.CRASHED, "guest-1"), (2, Outcome.CRASHED, "guest-3")]
    assert found.of("b") == [(1, Outcome.PASSED, "guest-1")]
    assert found.records[2].verdict.reason == (
        "the guest was lost before its kernel had freed what the trial had made"
    )
    assert found.last("c").reproducible is False


def test_a_crash_that_an_orphan_has_caused_is_not_the_accused_trials(tmp_path: Path) -> None:
    """The kernel crashes when it frees what an earlier trial has made."""
    scripts = Scripts(kept={"a": 3}, freeing={"a": panic})

    found, _ = told_by(tmp_path, scripts, "abcde")

    assert [outcome for _, outcome, _ in found.of("a")] == [
        Outcome.BROKEN,
        Outcome.CRASHED,
        Outcome.CRASHED,
    ]
    assert found.last("a").reproducible is True
    accused = found.of("c")
    assert [outcome for _, outcome, _ in accused] == [Outcome.CRASHED, Outcome.PASSED]
    assert found.last("c").reproducible is None
    assert [found.outcomes()[name] for name in "bde"] == [Outcome.PASSED] * 3


def test_a_crash_of_its_own_is_no_orphans_fault(tmp_path: Path) -> None:
    """Both are to blame."""
    scripts = Scripts({"b": panic}, kept={"a": 9}, freeing={"a": panic})

    found, _ = told_by(tmp_path, scripts, "ab")

    assert found.outcomes() == {"a": Outcome.CRASHED, "b": Outcome.CRASHED}
    assert (found.last("a").reproducible, found.last("b").reproducible) == (True, True)


def test_a_splat_while_the_kernel_frees_is_tied_to_the_last_trial(tmp_path: Path) -> None:
    """The others that waited are run again, for nobody knows what they left."""
    scripts = Scripts(kept={"a": 40, "b": 6}, freeing={"b": warn})

    found, _ = told_by(tmp_path, scripts, "ab")

    assert found.of("b") == [(1, Outcome.CRASHED, "guest-1"), (2, Outcome.CRASHED, "guest-3")]
    assert found.last("b").reproducible is True
    assert found.of("a") == [(1, Outcome.BROKEN, "guest-1"), (2, Outcome.PASSED, "guest-2")]


def test_an_orphan_clears_the_last_trial_of_a_splat_while_the_kernel_frees(tmp_path: Path) -> None:
    scripts = Scripts(kept={"a": 6, "b": 40}, freeing={"a": warn})

    found, _ = told_by(tmp_path, scripts, "ab")

    assert [outcome for _, outcome, _ in found.of("b")] == [Outcome.CRASHED, Outcome.PASSED]
    assert found.outcomes() == {"a": Outcome.CRASHED, "b": Outcome.PASSED}


def test_a_machine_that_is_taken_while_the_kernel_frees_accuses_nobody(tmp_path: Path) -> None:
    def kill(kernel: KeepingKernel) -> None:
        kernel.vm.machine_fault = "QEMU was killed by signal 9"
        kernel.die()

    scripts = Scripts(kept={"a": 5, "b": 6}, freeing={"a": once(kill)})

    found, _ = told_by(tmp_path, scripts, "ab")

    assert [outcome for _, outcome, _ in found.of("a")] == [Outcome.BROKEN, Outcome.PASSED]
    assert [outcome for _, outcome, _ in found.of("b")] == [Outcome.BROKEN, Outcome.PASSED]


def warning_after(scripts: Scripts, trial: int) -> Callable[[int], FakeKernel]:
    """The first guest prints a splat after the marker at the end of its trial of that number."""

    def boot(number: int) -> FakeKernel:
        kernel = scripts.boot(number)

        def mark(request: dict[str, str]) -> dict[str, str]:
            kernel.vm.write_console(f"[    1.000000] bpf-harness: {request['text']}\n")
            if number == 1 and request["text"].endswith(f"-{trial}"):
                warn(kernel)
            return {}

        kernel.handlers["mark"] = mark
        return kernel

    return boot


def test_a_splat_after_the_end_of_a_trial_is_tied_to_the_next(tmp_path: Path) -> None:
    """Nobody can tell whose it is; no splat is lost."""
    scripts = Scripts()

    found = told(FakeGuests(tmp_path, warning_after(scripts, 2)), scripts, filters("abcd"))

    assert found.of("c") == [(1, Outcome.CRASHED, "guest-1"), (2, Outcome.CRASHED, "guest-2")]
    assert [found.outcomes()[name] for name in "abd"] == [Outcome.PASSED] * 3


def test_a_splat_after_the_end_of_the_last_trial_is_seen_while_it_waits(tmp_path: Path) -> None:
    scripts = Scripts(kept={"b": 4})

    found = told(FakeGuests(tmp_path, warning_after(scripts, 2)), scripts, filters("ab"))

    assert found.of("b") == [(1, Outcome.CRASHED, "guest-1"), (2, Outcome.CRASHED, "guest-2")]
    assert found.last("b").reproducible is False


def test_no_guest_outlives_a_second_attempt_that_is_interrupted(tmp_path: Path) -> None:
    """Ctrl-C, for example."""
    scripts = Scripts()
    calls: list[Guest] = []

    def act(guest: Guest) -> None:
        calls.append(guest)
        if len(calls) > 1:
            raise KeyboardInterrupt
        guest.health()
        panic(scripts.booted[-1])
        guest.health()

    guests = FakeGuests(tmp_path, scripts.boot)
    with pytest.raises(KeyboardInterrupt):
        run_cases(guests, ScriptedCase("a", act))

    assert guests.discarded == ["guest-1", "guest-2"]

"""harness.runner.watch: what is gathered about a guest around an action."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from harness.guest.guest import Guest
from harness.runner.watch import Watch, Watched
from harness.values.autopsy import Autopsy
from harness.values.errors import AgentError, CaseError, HarnessError
from harness.values.observation import Health, Objects, SettingChange
from harness.vm.fake import FakeVm, health_reply
from tests.fake_guests import PANIC, WARN, FakeKernel

T = TypeVar("T")


def watch(
    guest: Guest,
    trial: str,
    before: Health,
    act: Callable[[], T],
    *,
    since: int | None = None,
    patient: bool = True,
) -> Watched[T]:
    """A trial of which nothing is asked for beforehand."""
    return Watch(guest, trial, since).finish(before, act, patient=patient)


class Bench:
    """One guest on a fake kernel."""

    def __init__(self, folder: Path) -> None:
        self.kernel = FakeKernel()
        self.vm = FakeVm(folder / "console.log", self.kernel.handlers)
        self.kernel.vm = self.vm
        self.guest = Guest(self.vm, timeout_s=0.2)
        self.before = self.guest.health()

    def watch(self, *words: str, trial: str = "t-1") -> Watched[int]:
        """An action that makes the kernel print, and gives 7."""

        def act() -> int:
            self.guest.health()
            for text in words:
                self.vm.write_console(text)
            return 7

        return watch(self.guest, trial, self.before, act)

    def operations(self) -> list[str]:
        return [request["op"] for request in self.vm.channel.requests]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_sound_trial_is_between_its_markers_and_undone(bench: Bench) -> None:
    watched = bench.watch("[    1.500000] hello\n")

    assert (watched.value, watched.error) == (7, None)
    assert watched.survival.console == "[    1.500000] hello\n"
    assert watched.survival.after == bench.before
    assert bench.operations()[1:] == ["mark", "health", "reset", "health", "mark"]


def test_a_later_trial_reaches_back_to_the_end_of_the_one_before(bench: Bench) -> None:
    """It needs no marker of its own, and what the kernel prints between the two is not lost."""
    begun = bench.vm.console.size()
    bench.watch("[    1.500000] first\n")
    bench.vm.write_console(WARN)

    second = watch(bench.guest, "t-2", bench.before, lambda: bench.guest.health(), since=begun)

    assert second.survival.console == WARN
    marks = [r["text"] for r in bench.vm.channel.requests if r["op"] == "mark"]
    assert marks == ["begin t-1", "end t-1", "end t-2"]


def test_what_was_printed_before_belongs_to_nobody_now(bench: Bench) -> None:
    bench.watch(WARN)

    assert bench.watch(trial="t-2").survival.console == ""


def test_an_error_of_ours_leaves_the_guest_to_be_looked_at(bench: Bench) -> None:
    def act() -> None:
        raise CaseError("the case is wrong")

    watched = watch(bench.guest, "t-1", bench.before, act)

    assert isinstance(watched.error, CaseError)
    assert watched.survival.after is not None
    assert not bench.vm.stopped


def test_a_lost_guest_is_stopped_and_its_last_words_are_kept(bench: Bench) -> None:
    def act() -> None:
        bench.guest.health()
        bench.kernel.die(PANIC)
        bench.guest.health()

    bench.vm.found = Autopsy()
    watched = watch(bench.guest, "t-1", bench.before, act)

    assert watched.survival.after is None
    assert watched.survival.lost is not None
    assert watched.survival.first_operation_done
    assert watched.survival.autopsy is None
    assert watched.survival.console == PANIC
    assert bench.vm.stopped


def test_a_guest_that_falls_silent_is_looked_into_and_lost(bench: Bench) -> None:
    bench.vm.found = Autopsy(notes=("seen",))

    def act() -> None:
        bench.guest.health()
        bench.vm.channel.send = lambda data, deadline: None  # type: ignore[method-assign]
        bench.guest.health()

    watched = watch(bench.guest, "t-1", bench.before, act)

    assert watched.survival.lost == "the guest is silent: no reply to health"
    assert watched.survival.autopsy == bench.vm.found
    assert bench.vm.stopped


def test_what_the_kernel_frees_late_is_waited_for(bench: Bench) -> None:
    """A closed filter is freed after a grace period; that is no leak."""
    answers = iter(([7, 8], [7, 8], [8], []))
    bench.vm.channel.handlers["health"] = lambda request: health_reply(programs=next(answers))

    assert bench.watch().survival.after == bench.before


def test_who_is_not_patient_is_told_what_is_yet_to_be_freed(bench: Bench) -> None:
    """Of its own only: what was there before is somebody else's."""
    answers = iter(([7], [7, 8]))
    bench.vm.channel.handlers["health"] = lambda request: health_reply(programs=next(answers))
    before = bench.guest.health()

    watched = watch(bench.guest, "t-1", before, lambda: 7, patient=False)

    assert watched.kept == Objects(programs=frozenset({8}))
    assert watched.survival.after == before
    assert watched.health is not None
    assert watched.health.objects == Objects(programs=frozenset({7, 8}))


def test_a_guest_lost_after_the_end_of_its_trial_says_why_behind_the_marker(bench: Bench) -> None:
    """What a trial made is freed late, and the guest was asked for the marker beforehand."""

    def look(request: dict[str, Any]) -> dict[str, Any]:
        if len(looks) > 1:
            bench.kernel.die(PANIC)
        looks.append(request)
        return health_reply(handles=1)

    looks: list[dict[str, Any]] = []
    bench.vm.channel.handlers["health"] = look
    trial = Watch(bench.guest, "t-1")
    bench.guest.submit_health()
    bench.vm.write_console("[    1.400000] boot\n")
    trial.end()

    watched = trial.finish(bench.before, lambda: 7, patient=False)

    assert watched.survival.lost is not None
    assert PANIC in watched.survival.console


def test_a_marker_that_reaches_the_console_late_is_waited_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply to `mark` may overtake the line on the console."""
    held: list[str] = []
    sound = bench.vm.channel.handlers["mark"]

    def late(request: dict[str, Any]) -> dict[str, Any]:
        if request["text"].startswith("end"):
            held.append(request["text"])
            return {}
        return sound(request)

    def sleep(seconds: float) -> None:
        while held:
            bench.vm.write_console(f"{WARN}[    2.000000] bpf-harness: {held.pop()}\n")

    bench.vm.channel.handlers["mark"] = late
    monkeypatch.setattr("harness.runner.watch.time.sleep", sleep)

    assert bench.watch().survival.console == WARN


def test_an_agent_that_cannot_serve_is_not_a_lost_guest(bench: Bench) -> None:
    def act() -> None:
        bench.guest.connection.submit("warp", lambda reply: None, {}).result()

    error: HarnessError | None = watch(bench.guest, "t-1", bench.before, act).error

    assert isinstance(error, AgentError)
    assert error.errno == 38


def test_settings_that_the_action_changed_are_seen(bench: Bench) -> None:
    values = iter((b"0\n", b"1\n"))
    handlers = bench.vm.channel.handlers
    handlers["settings"] = lambda request: {"settings": [[b"kernel/panic", next(values)]]}
    handlers["shell_start"] = lambda request: {"errno": 0}

    watched = watch(bench.guest, "t-1", bench.before, lambda: bench.guest.shell("true"))

    assert watched.survival.settings == (SettingChange("kernel.panic", "0", "1"),)
    assert bench.operations()[1:] == [
        "mark",
        "settings",
        "shell_start",
        "reset",
        "health",
        "settings",
        "mark",
    ]

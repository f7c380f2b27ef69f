"""harness.runner.batch: guests that answer and yet are not used again."""

from pathlib import Path
from typing import Any

import pytest

from harness.guest.guest import Guest
from harness.judge.leaks import MAX_LOSS_KB, MAX_NOISE_KB
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.fake import health_reply
from tests.fake_guests import FakeGuests, FakeKernel, ScriptedCase, run_cases


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.runner.watch.LEAK_WAIT_S", 0.05)


class Kernels:
    """Those of all guests; the one booted last can be changed in a trial."""

    def boot(self, number: int) -> FakeKernel:
        self.last = FakeKernel()
        self.used_kb = 0
        self.last.handlers["health"] = self._health
        return self.last

    def _health(self, request: dict[str, Any]) -> dict[str, Any]:
        return health_reply(mem_available_kb=400_000 - self.used_kb)


def told(records: list[Record]) -> list[tuple[Outcome, str, str]]:
    return [(r.verdict.outcome, r.verdict.reason, r.guest) for r in records]


def run_using(folder: Path, *kibs: int) -> tuple[list[tuple[Outcome, str, str]], list[str]]:
    """Cases that each use so many KiB for good; what was told, and the guests that were ended."""
    kernels = Kernels()
    guests = FakeGuests(folder, kernels.boot)

    def using(kib: int) -> ScriptedCase:
        def act(guest: Guest) -> None:
            kernels.used_kb += kib

        return ScriptedCase(f"uses_{kib}", act)

    records = run_cases(guests, *(using(kib) for kib in kibs), modes=(Mode.INTERP,))
    return told(records), guests.discarded


def test_memory_within_the_noise_keeps_the_guest(tmp_path: Path) -> None:
    records, discarded = run_using(tmp_path, MAX_NOISE_KB, 0)

    assert [guest for _, _, guest in records] == ["guest-1", "guest-1"]
    assert discarded == []


def test_memory_that_is_gone_costs_the_guest_before_it_costs_the_verdict(tmp_path: Path) -> None:
    records, discarded = run_using(tmp_path, MAX_NOISE_KB + 1, MAX_LOSS_KB + 1, 0)

    assert records == [
        (Outcome.PASSED, "as expected", "guest-1"),
        (Outcome.FAILED, "64 MiB of memory were not given back", "guest-2"),
        (Outcome.PASSED, "as expected", "guest-3"),
    ]
    assert discarded == ["guest-1", "guest-2"]


def test_what_many_trials_took_together_costs_the_guest_too(tmp_path: Path) -> None:
    third = MAX_NOISE_KB // 3 + 1

    records, discarded = run_using(tmp_path, third, third, third, third)

    assert [guest for _, _, guest in records] == ["guest-1", "guest-1", "guest-1", "guest-2"]
    assert discarded == ["guest-1"]


def test_changed_settings_fail_the_trial_and_cost_the_guest(tmp_path: Path) -> None:
    kernels = Kernels()
    guests = FakeGuests(tmp_path, kernels.boot)
    values = iter((b"0\n", b"1\n"))

    def change(guest: Guest) -> None:
        handlers = kernels.last.vm.channel.handlers
        handlers["settings"] = lambda request: {"settings": [[b"kernel/panic", next(values)]]}
        guest.write_file("/proc/sys/kernel/panic", "1")

    records = run_cases(
        guests, ScriptedCase("changes", change), ScriptedCase("next"), modes=(Mode.INTERP,)
    )

    assert told(records) == [
        (Outcome.FAILED, "left settings changed: kernel.panic 0 → 1", "guest-1"),
        (Outcome.PASSED, "as expected", "guest-2"),
    ]
    assert guests.discarded == ["guest-1"]

"""harness.runner.run: batches on an executor, the time limit, and the way out."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.runner.pool import GuestPool
from harness.runner.run import Run
from harness.values.deadline import Deadline
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.process import living_processes
from tests.fake_guests import TARGET, ScriptedCase
from tests.fake_qemu import install

MODES = (Mode.INTERP,)


class Bench:
    """A run on guests of a program in QEMU's place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: list[Record] = []
        self.sink: Callable[[Record], None] = self.records.append
        self.pool = self.pool_of("")

    def pool_of(self, prefix: str) -> GuestPool:
        return GuestPool(TARGET, self.guest_folder, boot_timeout_s=20, prefix=prefix)

    def execute(self, *cases: ScriptedCase, limit_s: float = 20, jobs: int = 2) -> bool:
        return self.execute_all((self.pool, cases), limit_s=limit_s, jobs=jobs)

    def execute_all(
        self,
        *lanes: tuple[GuestPool, tuple[ScriptedCase, ...]],
        limit_s: float = 20,
        jobs: int = 2,
    ) -> bool:
        """One run of several targets, each with a pool and cases of its own."""
        with (
            ThreadPoolExecutor(jobs) as executor,
            Run(executor, self.sink) as run,
        ):
            for pool, cases in lanes:
                run.start(TARGET, pool, cases, MODES)
            return run.wait(Deadline.after(limit_s))

    def guest_folder(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir()
        return path


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """QEMU is a program that serves."""
    monkeypatch.setenv("PATH", str(install(tmp_path / "bin")), prepend=":")
    return Bench(tmp_path)


def test_every_case_of_every_batch_gets_its_record(bench: Bench) -> None:
    cases = [ScriptedCase(f"case_{number}") for number in range(20)]

    assert bench.execute(*cases)
    assert sorted(r.program for r in bench.records) == sorted(case.name for case in cases)
    assert living_processes() == ()


def test_targets_share_the_executor_and_give_their_memory_back(bench: Bench) -> None:
    """No more guests run than there are threads, though each target has its own."""
    seen: list[int] = []

    def look(guest: Guest) -> None:
        guest.health()
        seen.append(len(living_processes()))

    first, second = bench.pool_of("a-"), bench.pool_of("b-")
    cases = tuple(ScriptedCase(f"case_{number}", look) for number in range(24))

    assert bench.execute_all((first, cases), (second, cases))
    assert len(bench.records) == 48
    assert {r.guest.partition("-")[0] for r in bench.records} == {"a", "b"}
    assert max(seen) <= 2
    assert living_processes() == ()


def test_a_mistake_of_ours_breaks_one_trial_and_the_others_go_on(bench: Bench) -> None:
    """The kernel is not accused, the guest not used again, and the traceback is kept."""

    def stumble(guest: Guest) -> None:
        raise ZeroDivisionError("a bug of ours")

    assert bench.execute(ScriptedCase("bug", stumble), ScriptedCase("next"))

    verdicts = {r.program: r.verdict for r in bench.records if r.final}
    assert verdicts["next"].outcome is Outcome.PASSED
    assert verdicts["bug"].outcome is Outcome.BROKEN
    assert "mistake in the harness" in verdicts["bug"].reason
    assert verdicts["bug"].evidence[-1] == "ZeroDivisionError: a bug of ours"


def test_an_exception_in_a_report_ends_the_guests_and_goes_on_its_way(bench: Bench) -> None:
    """Verdicts that nobody takes are worth nothing."""

    def lose(record: Record) -> None:
        raise ZeroDivisionError("a bug of ours")

    bench.sink = lose

    with pytest.raises(ZeroDivisionError):
        bench.execute(ScriptedCase("first"))
    assert living_processes() == ()


def test_the_time_limit_ends_the_run_and_no_later_record_is_taken(bench: Bench) -> None:
    """The trial that is cut off is nobody's crash."""
    cases = [ScriptedCase("first"), ScriptedCase("hangs", lambda guest: guest.shell("hang"))]

    assert not bench.execute(*cases, limit_s=2)
    assert [r.program for r in bench.records] == ["first"]
    assert living_processes() == ()


def test_a_guest_that_starts_while_the_run_is_being_ended_is_ended_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread had asked for it before the pool was told to refuse."""
    monkeypatch.setenv("FAKE_QEMU", "hang")
    asked = threading.Event()
    make_folder = bench.guest_folder

    def slow_folder(name: str) -> Path:
        asked.set()
        time.sleep(1.0)
        return make_folder(name)

    bench.pool = GuestPool(TARGET, slow_folder, boot_timeout_s=20)
    start_s = time.monotonic()

    assert not bench.execute(ScriptedCase("late"), limit_s=0.5)
    assert asked.is_set()
    assert time.monotonic() - start_s < 10
    assert living_processes() == ()

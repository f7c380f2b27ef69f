"""Puts the same question to one kernel after the other: do these cases pass on it?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from harness.bisect.answer import Answer, Mark
from harness.bisect.criterion import Criterion, any_failure
from harness.runner.cases import Case
from harness.runner.pool import BOOT_TIMEOUT_S, GuestPool
from harness.runner.run import Run
from harness.runner.target import Target
from harness.values.deadline import Deadline
from harness.values.mode import Mode
from harness.values.record import Record


@dataclass(frozen=True, slots=True)
class Question:
    """What every kernel of a search is asked."""

    cases: tuple[Case, ...]
    modes: tuple[Mode, ...]
    jobs: int = 1
    boot_timeout_s: float = BOOT_TIMEOUT_S
    criterion: Criterion = any_failure

    def ask(
        self,
        target: Target,
        guest_folder: Callable[[str], Path],
        sink: Callable[[Record], None],
        deadline: Deadline,
    ) -> Answer:
        """Run the cases; no answer if the deadline comes first. `sink` gets every record."""
        records: list[Record] = []

        def take(record: Record) -> None:
            records.append(record)
            sink(record)

        executor = ThreadPoolExecutor(self.jobs, "guest")
        try:
            with Run(executor, take) as run:
                guests = GuestPool(target, guest_folder, boot_timeout_s=self.boot_timeout_s)
                run.start(target, guests, self.cases, self.modes)
                complete = run.wait(deadline)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
        if not complete:
            return Answer(Mark.SKIP, "the time limit came before the last verdict")
        return self.criterion(records)

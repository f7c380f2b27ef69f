"""One run of many restored guests on several targets, and what it left in our process."""

import gc
import logging
import shutil
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from harness.runner.batch import Isolation
from harness.runner.cases import Case
from harness.runner.pool import GuestPool
from harness.runner.run import Run
from harness.runner.target import Target
from harness.values.deadline import Deadline
from harness.values.mode import Mode
from harness.values.record import Record
from harness.vm.snapshots import Snapshots
from tests.footprint import Footprint, children, descriptors, footprint, memory_kib
from tests.soak.mix import copies, read_mix
from tests.soak.strikes import Storm, Strike

JOBS = 2

# A stopped guest is noticed within a second and waited for two: strikes are what takes the time.
_TRIALS_A_VOLLEY = 20
_FEWEST_VOLLEYS = 3

_log = logging.getLogger(__name__)
_TELL_EVERY = 100

# For threads and zombies that are on their way out.
_SETTLE_S = 5.0
_LIMIT_S_A_TRIAL = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """What of a record is compared; a thousand whole ones would be a leak of the test's own."""

    arch: str
    program: str
    outcome: str
    reason: str
    attempt: int
    final: bool
    guest: str

    @classmethod
    def of(cls, record: Record) -> "Told":
        return cls(
            record.arch,
            record.program,
            record.verdict.outcome.value,
            record.verdict.reason,
            record.attempt,
            record.final,
            record.guest,
        )


@dataclass(slots=True)
class Watched:
    """What was seen while the run was on."""

    records: list[Told] = field(default_factory=list)
    memory_kib: list[int] = field(default_factory=list)
    """At each final record."""

    descriptors: int = 0
    children: int = 0
    threads: int = 0
    """The most at any record."""

    def take(self, record: Record) -> None:
        self.records.append(Told.of(record))
        self.descriptors = max(self.descriptors, len(descriptors()))
        self.children = max(self.children, len(children()))
        self.threads = max(self.threads, threading.active_count())
        if record.final:
            self.memory_kib.append(memory_kib())
            if len(self.memory_kib) % _TELL_EVERY == 0:
                _log.info("%d trials, %d KiB", len(self.memory_kib), self.memory_kib[-1])


@dataclass(frozen=True, slots=True)
class Soaked:
    """What came of it."""

    seen: Watched
    before: Footprint
    after: Footprint
    strikes: tuple[Strike, ...]
    volleys: int
    started: int
    """Guests."""

    seconds: float


class Soak:
    """Runs the mix on targets, each guest restored from a state that is saved in `folder`."""

    def __init__(self, targets: Sequence[Target], folder: Path) -> None:
        """Everything is kept in `folder`; temporary files have to be in `folder`/tmp."""
        self.guests = folder / "guests"
        self.snapshots = folder / "snapshots"
        self._temporary = folder / "tmp"
        for path in (self.guests, self.snapshots, self._temporary):
            path.mkdir(exist_ok=True)
        self._targets = tuple((target, _mix_of(target, folder)) for target in targets)
        for target in targets:
            self._lend_state(target)

    def run(self, trials: int, *, seed: int | None = None) -> Soaked:
        """So many trials on each target, each in a guest of its own; with a seed, in a storm."""
        seen = Watched()
        before, start_s = self._footprint(), time.monotonic()
        pools = [self._pool(target) for target, _ in self._targets]

        def started() -> int:
            return sum(pool.started for pool in pools)

        most = max(_FEWEST_VOLLEYS, trials * len(pools) // _TRIALS_A_VOLLEY)
        storm = None if seed is None else Storm(self.guests, seed, most, started)

        def take(record: Record) -> None:
            if storm is not None:
                storm.see(record)
            seen.take(record)

        with ThreadPoolExecutor(JOBS) as executor, Run(executor, take, Isolation.CASE) as run:
            for pool, (target, mix) in zip(pools, self._targets, strict=True):
                run.start(target, pool, tuple(copies(mix, trials)), (Mode.INTERP,))
            with nullcontext() if storm is None else storm:
                limit_s = _LIMIT_S_A_TRIAL * (trials + 10) * len(pools)
                assert run.wait(Deadline.after(limit_s)), f"no end within {limit_s} s"
        seconds = time.monotonic() - start_s
        strikes, volleys = ((), 0) if storm is None else (tuple(storm.strikes), storm.volleys)
        after = self._settled(before)
        return Soaked(seen, before, after, strikes, volleys, started(), seconds)

    def _pool(self, target: Target) -> GuestPool:
        snapshots = Snapshots(self.snapshots)
        folder = partial(_guest_folder, self.guests)
        prefix = f"{target.arch}-{len(list(self.guests.iterdir()))}-"
        return GuestPool(target, folder, snapshots=snapshots, prefix=prefix)

    def _lend_state(self, target: Target) -> None:
        """A copy of the state that other runs have saved, if they have: it saves booting."""
        if saved := Snapshots().find(target.plan(self.guests)):
            shutil.copytree(saved.folder, self.snapshots / saved.folder.name)

    def _footprint(self) -> Footprint:
        gc.collect()
        return footprint(self.snapshots, self._temporary)

    def _settled(self, before: Footprint) -> Footprint:
        """As soon as nothing has stayed, or after a while."""
        deadline = Deadline.after(_SETTLE_S)
        while (after := self._footprint()).beyond(before) and not deadline.expired:
            time.sleep(0.05)
        return after


def _mix_of(target: Target, folder: Path) -> tuple[Case, ...]:
    sources = folder / f"cases-{target.arch}"
    sources.mkdir()
    return read_mix(target.arch, sources)


def _guest_folder(parent: Path, name: str) -> Path:
    path = parent / name
    path.mkdir()
    return path

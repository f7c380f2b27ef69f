"""Kernels that free filters late, and filters that do what is written under their name."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.runner.batch import BatchRunner, Isolation
from harness.runner.cases import Case
from harness.runner.known_features import KnownFeatures
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.fake import health_reply
from tests.fake_guests import PANIC, TARGET, WARN, FakeGuests, FakeKernel, run_reply, seven

FOR_EVER = math.inf


class KeepingKernel(FakeKernel):
    """Frees a filter that was closed only when its health was looked at often enough."""

    def __init__(self, scripts: "Scripts") -> None:
        super().__init__()
        self._scripts = scripts
        self._ids = itertools.count(1)
        self._open: dict[int, str] = {}
        self._closed: dict[int, tuple[str, float]] = {}
        self.loads = 0
        self.looks = 0
        self.handles = 0
        self.used_kb = 0
        sound = {**self.handlers}

        def load(request: dict[str, Any]) -> dict[str, Any]:
            self.loads += 1
            (name,) = request["programs"]
            self._open[next(self._ids)] = name
            return sound["load"](request)

        self.handlers |= {"load": load, "reset": self._reset, "health": self._health}

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        _, name = request["program"]
        self._scripts.running.get(name, _nothing)(self)
        return run_reply(7)

    def _reset(self, request: dict[str, Any]) -> dict[str, Any]:
        kept = self._scripts.kept
        self._closed |= {
            number: (name, kept[name]) for number, name in self._open.items() if name in kept
        }
        self._open = {}
        return {}

    def _health(self, request: dict[str, Any]) -> dict[str, Any]:
        self.looks += 1
        ids = sorted(self._closed)
        reply = health_reply(
            taint=self.vm.taint,
            programs=ids,
            handles=self.handles,
            mem_available_kb=400_000 - self.used_kb,
        )
        closed, self._closed = self._closed, {}
        for number, (name, looks) in closed.items():
            if looks > 1:
                self._closed[number] = name, looks - 1
            else:
                self._scripts.freeing.get(name, _nothing)(self)
        return reply


Act = Callable[[KeepingKernel], None]


@dataclass
class Scripts:
    """What filters do, by name, and the kernels of all guests that were booted for them."""

    running: Mapping[str, Act] = field(default_factory=dict)
    """While they are run."""

    kept: Mapping[str, float] = field(default_factory=dict)
    """How many looks after they were closed they are still there."""

    freeing: Mapping[str, Act] = field(default_factory=dict)
    """After the last of these."""

    booted: list[KeepingKernel] = field(default_factory=list)

    def boot(self, number: int) -> KeepingKernel:
        self.booted.append(KeepingKernel(self))
        return self.booted[-1]


def _nothing(kernel: KeepingKernel) -> None:
    return None


def panic(kernel: KeepingKernel) -> None:
    kernel.die(PANIC)


def warn(kernel: KeepingKernel) -> None:
    kernel.vm.write_console(WARN)


def once(act: Act) -> Act:
    """The first time only, whichever the guest."""
    left = [act]

    def first(kernel: KeepingKernel) -> None:
        if left:
            left.pop()(kernel)

    return first


@dataclass(frozen=True)
class Told:
    """All records of a batch in one mode."""

    records: tuple[Record, ...]
    loads: tuple[int, ...]
    """What the guest that was booted last had loaded when each was told."""

    def outcomes(self) -> dict[str, Outcome]:
        """Of each trial."""
        return {record.program: record.verdict.outcome for record in self.records if record.final}

    def of(self, name: str) -> list[tuple[int, Outcome, str]]:
        """Number, outcome and guest of the attempts at a trial."""
        mine = [record for record in self.records if record.program == name]
        return [(record.attempt, record.verdict.outcome, record.guest) for record in mine]

    def last(self, name: str) -> Record:
        return next(r for r in self.records if r.program == name and r.final)


def filters(names: str) -> tuple[Case, ...]:
    """One for each letter."""
    return tuple(seven(name=name) for name in names)


def told(
    guests: FakeGuests,
    scripts: Scripts,
    cases: Sequence[Case],
    isolation: Isolation = Isolation.BATCH,
) -> Told:
    """Run them, and see that each has attempts from 1 on, of which the last one is final."""
    records: list[Record] = []
    loads: list[int] = []

    def sink(record: Record) -> None:
        records.append(record)
        loads.append(scripts.booted[-1].loads)

    known = KnownFeatures(TARGET.kernel, TARGET.hardware, guests.folder / "features")
    BatchRunner(TARGET, guests, sink, isolation, known).run(tuple(cases), (Mode.INTERP,))
    assert {record.program for record in records} == {case.id.program for case in cases}
    for case in cases:
        mine = [record for record in records if record.program == case.id.program]
        assert [record.attempt for record in mine] == list(range(1, len(mine) + 1))
        assert [record.final for record in mine] == [False] * (len(mine) - 1) + [True]
    return Told(tuple(records), tuple(loads))


def told_by(folder: Path, scripts: Scripts, names: str) -> tuple[Told, FakeGuests]:
    """The same of filters, with guests of its own."""
    guests = FakeGuests(folder, scripts.boot)
    return told(guests, scripts, filters(names)), guests

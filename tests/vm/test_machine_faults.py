"""Whatever befalls QEMU from outside, no verdict is lost and none is wrong."""

import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.runner.batch import Isolation
from harness.runner.collect import Chosen, Collector
from harness.runner.pool import GuestPool
from harness.runner.run import Run
from harness.runner.target import Target
from harness.toolchain.case_compiler import case_compiler
from harness.values.deadline import Deadline
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.process import living_processes
from harness.vm.snapshots import Snapshots
from tests.vm.conftest import BOOT_S

_CASES = Path(__file__).parents[2] / "cases"
_FAULTS = 4
_EVERY_S = 2.5
_RUN_S = 600.0


def own_processes(folder: Path) -> tuple[int, ...]:
    """Of the guests whose files are in `folder`: other tests keep guests of theirs."""
    pids = (process.pid for process in living_processes())
    return tuple(pid for pid in pids if os.fsencode(folder) in command_line(pid))


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def strike(pool: GuestPool, folder: Path, stop: threading.Event, struck: list[int]) -> None:
    """Kill or stop a QEMU now and then: more seldom than the pool gives up, or a trial."""
    dice = random.Random(4)
    while len(struck) < _FAULTS and not stop.wait(_EVERY_S):
        if pool.started and (living := own_processes(folder)):
            number = dice.choice((signal.SIGKILL, signal.SIGSTOP))
            os.kill(dice.choice(living), number)
            struck.append(number)


def passed(record: Record) -> bool:
    return record.verdict.outcome is Outcome.PASSED


def test_signals_to_qemu_cost_attempts_and_no_verdict(tmp_path: Path, target: Target) -> None:
    collector = Collector(target.arch, case_compiler(target.arch))
    files = (_CASES / "compute" / "add.bpf.c", _CASES / "tables" / "array.bpf.c")
    chosen = tuple(Chosen(file, None) for file in files)
    cases = collector.collect(chosen, lambda name: True)
    records: list[Record] = []

    def folder(name: str) -> Path:
        path = tmp_path / name
        path.mkdir()
        return path

    pool = GuestPool(
        target, folder, boot_timeout_s=BOOT_S, snapshots=Snapshots(tmp_path / "snapshots")
    )
    stop, struck = threading.Event(), list[int]()
    striker = threading.Thread(target=strike, args=(pool, tmp_path, stop, struck))
    with ThreadPoolExecutor(2) as executor, Run(executor, records.append, Isolation.CASE) as run:
        run.start(target, pool, cases, tuple(Mode))
        striker.start()
        complete = run.wait(Deadline.after(_RUN_S))
    stop.set()
    striker.join()

    final = [record for record in records if record.final]
    assert complete
    assert struck
    assert len(final) == len(cases) * len(Mode)
    assert {(r.verdict.outcome, r.verdict.reason) for r in final if not passed(r)} == set()
    assert own_processes(tmp_path) == ()

"""Whatever befalls QEMU from outside, no verdict is lost and none is wrong.

In all modes, with cases that pass; tests/soak does it for longer, with cases that fail as well.
"""

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
from harness.vm.snapshots import Snapshots
from tests.soak.strikes import Storm, own_guests
from tests.vm.conftest import BOOT_S

_CASES = Path(__file__).parents[2] / "cases"
_SEED = 4
_VOLLEYS = 4
_RUN_S = 600.0


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
    storm = Storm(tmp_path, _SEED, _VOLLEYS, lambda: pool.started)

    def take(record: Record) -> None:
        storm.see(record)
        records.append(record)

    with ThreadPoolExecutor(2) as executor, Run(executor, take, Isolation.CASE) as run:
        run.start(target, pool, cases, tuple(Mode))
        with storm:
            complete = run.wait(Deadline.after(_RUN_S))

    final = [record for record in records if record.final]
    assert complete
    assert storm.strikes
    assert len(final) == len(cases) * len(Mode)
    assert {(r.verdict.outcome, r.verdict.reason) for r in final if not passed(r)} == set()
    assert own_guests(tmp_path) == {}

"""Cases that panic the kernel, among others: each costs a guest, and the others nothing."""

import json
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness.guest.guest import Guest
from harness.runner.batch import BatchRunner
from harness.runner.cases import Seen
from harness.runner.pool import GuestPool
from harness.runner.target import Target
from harness.values.case import CaseId
from harness.values.errors import ChannelError
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict
from harness.vm.snapshots import Snapshots
from tests.check_command import processes_of
from tests.vm.conftest import BOOT_S
from tests.vm.test_cli import ROOT, run

_PANIC = "echo c >/proc/sysrq-trigger"

# A filter that is attached when the kernel panics; one file each, to lie between other files.
_FILTER = f"""\
#include <case.h>

SEC("raw_tp/sys_enter")
__success __trigger("{_PANIC}") __modes("MODE")
int panics(void *ctx)
{{
	return 0;
}}

char _license[] SEC("license") = "GPL";
"""

_SCENARIO = f"""\
from harness.scenario import Bench, scenario


@scenario(modes="MODE")
def panics(bench: Bench) -> None:
    bench.guest.shell("{_PANIC}").wait()
"""

_OTHERS = tuple(
    str(ROOT / "cases" / name)
    for name in (
        "verifier/null_checks.bpf.c",
        "compute/add.bpf.c",
        "tables/array.bpf.c",
        "tracing/probes.bpf.c",
        "compute/tail_calls.bpf.c",
    )
)
_PANICS = 10
_GAPS = 5

# A third of a second on an idle machine, less than half of what booting takes on a crowded one.
_SOON_S = 5.0


def panicking_cases(folder: Path) -> list[str]:
    """So many files with one case in one mode each, filters and scenarios in turn."""
    paths = []
    for number in range(_PANICS):
        name, text = (
            (f"scenario_{number}.py", _SCENARIO) if number % 2 else (f"{number}.bpf.c", _FILTER)
        )
        path = folder / name
        path.write_text(text.replace("MODE", tuple(Mode)[number % len(Mode)].value))
        paths.append(str(path))
    return paths


def mixed(panics: list[str]) -> list[str]:
    """Two of them after each of the others."""
    pairs = zip(panics[::2], panics[1::2], strict=True)
    return [path for other, pair in zip(_OTHERS, pairs, strict=True) for path in (other, *pair)]


def final_records(folder: Path, paths: list[str]) -> list[dict[str, str]]:
    """Of `bpf-harness check` on these paths."""
    words = ("check", *paths, "-j", "2", "--report-dir", "report")
    status, _, stderr = run(folder, "-m", "harness", *words)
    assert status in (0, 1), stderr
    assert processes_of(folder) == []
    records = map(json.loads, (folder / "report/results.jsonl").read_text().splitlines())
    return [record for record in records if record["final"]]


def verdicts(records: list[dict[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Outcome and reason by case and mode; each trial has one."""
    found = {(r["case"], r["mode"]): (r["outcome"], r["reason"]) for r in records}
    assert len(found) == len(records)
    return found


def test_ten_cases_that_panic_change_no_other_verdict(target: Target, tmp_path: Path) -> None:
    """One in each mode in turn, filters and scenarios, spread among five files of cases."""
    folders = [tmp_path / name for name in ("panics", "without", "with")]
    for folder in folders:
        folder.mkdir()
    panics = panicking_cases(folders[0])

    without = verdicts(final_records(folders[1], [*_OTHERS]))
    together = verdicts(final_records(folders[2], mixed(panics)))

    crashed = {trial: verdict for trial, verdict in together.items() if trial not in without}
    assert {trial: together.get(trial) for trial in without} == without
    assert len(without) > 10 * _PANICS
    assert "CRASHED" not in {outcome for outcome, _ in without.values()}
    assert {case.rpartition(":")[0] for case, _ in crashed} == set(panics)
    assert [outcome for outcome, _ in crashed.values()] == ["CRASHED"] * _PANICS
    assert all("sysrq triggered crash" in reason for _, reason in crashed.values()), crashed


class Timed:
    """A case that panics the kernel or does nothing, and tells when it was lost or began."""

    needs: tuple[str, ...] = ()
    modes = (Mode.JIT,)

    def __init__(self, number: int, *, panics: bool) -> None:
        self.id = CaseId("timed", f"{'panics' if panics else 'after'}-{number}")
        self._panics = panics
        self.begun_s: list[float] = []
        self.lost_s: list[float] = []

    def at_once(self, guest: Guest) -> bool:
        return False

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        return lambda: self.run(guest, mode)

    def run(self, guest: Guest, mode: Mode) -> Seen:
        self.begun_s.append(time.monotonic())
        try:
            guest.shell(_PANIC if self._panics else "true").wait()
        except ChannelError:
            self.lost_s.append(time.monotonic())
            raise
        return Seen(Verdict(Outcome.PASSED, "as expected"))


def test_the_next_trial_begins_soon_after_a_lost_guest(
    target: Target, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    """From the loss to the next call of a case: in a new guest, restored from its saved state."""
    cases = [Timed(number, panics=panics) for number in range(_GAPS) for panics in (True, False)]
    records: list[Record] = []
    folder = partial(_made, tmp_path)
    pool = GuestPool(target, folder, boot_timeout_s=BOOT_S, snapshots=Snapshots())
    # Whatever is made only once is there after that.
    pool.give_back(pool.take())

    BatchRunner(target, pool, records.append).run(tuple(cases), (Mode.JIT,))
    pool.close()

    outcomes = Counter(record.verdict.outcome for record in records if record.final)
    assert outcomes == {Outcome.CRASHED: _GAPS, Outcome.PASSED: _GAPS}
    commands = [(tmp_path / f"guest-{n}/command.txt").read_text() for n in range(2, pool.started)]
    assert all("-incoming" in command for command in commands)
    begun_s = [began_s for case in cases for began_s in case.begun_s]
    lost_s = [lost_s for case in cases for lost_s in case.lost_s]
    gaps_s = sorted(min(b - lost for b in begun_s if b > lost) for lost in lost_s)
    figures(f"from a lost guest to the next trial: {' '.join(f'{g:.2f}' for g in gaps_s)} s")
    assert gaps_s[_GAPS // 2] < _SOON_S


def _made(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name

"""What a trial leaves in a real guest: its verdict, and that the guest is not used again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.runner.batch import BatchRunner
from harness.runner.pool import GuestPool
from harness.runner.target import Target
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.snapshots import Snapshots
from tests.fake_guests import ScriptedCase
from tests.vm.conftest import BOOT_S, Compile
from tests.vm.hostile import compile_program

_LEFT = "left behind after everything was closed: "

# Holds one perf event for ever, away from the shell that started it.
_HOLDER = r"""
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	if (fork())
		return 0;
	setsid();
	if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) < 0)
		return 1;
	for (;;)
		pause();
}
"""

KPROBE = """
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_exit")
int exits(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
"""


@dataclass
class Bench:
    """Runs trials on guests that are reused as long as nothing is wrong with them."""

    target: Target
    pool: GuestPool
    records: list[Record] = field(default_factory=list)

    def run(self, act: Callable[[Guest], object]) -> tuple[Outcome, str, bool]:
        """What is told of a trial that acts so, and whether the next one has the same guest."""
        case, after = ScriptedCase("leaves", act), ScriptedCase("after")
        BatchRunner(self.target, self.pool, self.records.append).run((case, after), (Mode.INTERP,))
        first, second = self.records
        assert second.verdict.outcome is Outcome.PASSED, second.verdict
        return first.verdict.outcome, first.verdict.reason, first.guest == second.guest

    def shell(self, command: str) -> tuple[Outcome, str, bool]:
        return self.run(lambda guest: succeed(guest, command))


def succeed(guest: Guest, command: str) -> None:
    shell = guest.shell(command)
    assert shell.wait() == 0, shell.output


@pytest.fixture
def bench(
    target: Target,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bench]:
    # What these trials leave is there for ever.
    monkeypatch.setattr("harness.runner.watch.LEAK_WAIT_S", 1.0)

    def folder(name: str) -> Path:
        path = tmp_path / name
        path.mkdir()
        return path

    states = Snapshots(tmp_path_factory.getbasetemp() / "states")
    pool = GuestPool(target, folder, boot_timeout_s=BOOT_S, snapshots=states)
    yield Bench(target, pool)
    pool.close()


def test_a_trial_that_leaves_nothing_keeps_its_guest(bench: Bench) -> None:
    """Commands, files that are removed, processes that end, a setting that is restored."""
    told = bench.shell(
        "dd if=/dev/zero of=/tmp/big bs=1M count=100 && rm /tmp/big; sleep 1000 & "
        "echo 7 > /proc/sys/kernel/panic; echo -1 > /proc/sys/kernel/panic"
    )

    assert told == (Outcome.PASSED, "as expected", True)


def test_a_setting_left_changed(bench: Bench) -> None:
    told = bench.shell("echo 7 > /proc/sys/kernel/panic")

    assert told == (Outcome.FAILED, "left settings changed: kernel.panic -1 → 7", False)


def test_a_setting_changed_by_a_write_to_a_file(bench: Bench) -> None:
    told = bench.run(lambda guest: guest.write_file("/proc/sys/net/core/bpf_jit_enable", "1"))

    assert told == (Outcome.FAILED, "left settings changed: net.core.bpf_jit_enable 0 → 1", False)


def test_a_probe_left_defined(bench: Bench) -> None:
    told = bench.shell("echo 'p:left do_exit' > /sys/kernel/tracing/kprobe_events")

    assert told == (Outcome.FAILED, f"{_LEFT}1 probe", False)


def test_a_process_left_in_the_background(bench: Bench) -> None:
    told = bench.shell("setsid sleep 1000 > /dev/null 2>&1 & sleep 0.5")

    assert told == (Outcome.FAILED, f"{_LEFT}1 process", False)


def test_a_perf_event_that_a_process_in_the_background_holds(
    bench: Bench, target: Target, tmp_path: Path
) -> None:
    source = tmp_path / "holder.c"
    source.write_text(_HOLDER)
    program = compile_program(target, source)

    def hold(guest: Guest) -> None:
        succeed(guest, "touch /tmp/holder && chmod +x /tmp/holder")
        guest.write_file("/tmp/holder", program)
        succeed(guest, "/tmp/holder && sleep 0.5")

    assert bench.run(hold) == (Outcome.FAILED, f"{_LEFT}1 perf event, 1 process", False)


@pytest.mark.parametrize(("mebibytes", "outcome"), [(40, Outcome.PASSED), (100, Outcome.FAILED)])
def test_memory_that_is_not_given_back(bench: Bench, mebibytes: int, outcome: Outcome) -> None:
    """A file of tmpfs holds it. Less than 64 MiB cost the guest only."""
    told, reason, kept = bench.shell(f"dd if=/dev/zero of=/tmp/big bs=1M count={mebibytes}")

    assert (told, kept) == (outcome, False)
    if outcome is Outcome.FAILED:
        count, _, rest = reason.partition(" ")
        assert rest == "MiB of memory were not given back"
        assert abs(int(count) - mebibytes) <= 8


def test_perf_events_of_links_are_counted_until_they_are_detached(
    guest: Guest, compile_text: Compile
) -> None:
    before = guest.health()
    loaded = guest.load(compile_text(KPROBE))
    link = loaded.filters["exits"].attach()

    within = guest.health()
    link.detach()

    assert within.perf_events == before.perf_events + 1
    assert guest.health().perf_events == before.perf_events

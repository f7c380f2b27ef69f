"""harness.judge.hang and what judge_survival makes of it: where a silent guest was found."""

from dataclasses import replace

from harness.judge.survival import judge_survival
from harness.values.autopsy import IDLE, Autopsy, CpuPlaces
from harness.values.observation import Survival
from harness.values.verdict import Outcome, Verdict
from tests.judging import HEALTHY

OUTER = "bpf_prog_ab12_outer+0x66"
AUTOPSY = Autopsy(
    cpus=(
        CpuPlaces(0, ((IDLE, 6), ("sched_clock+0x8", 2))),
        CpuPlaces(1, ((OUTER, 5), ("bpf_loop+0x30", 2), ("do_check+0x12", 1))),
    ),
    backtrace=("NMI backtrace for cpu 1", " bpf_test_run+0x1fb/0x390"),
    notes=("the guest's memory is in memory.elf",),
)
SILENT = Survival(
    before=HEALTHY,
    after=None,
    console="[    1.000000] all is well\n",
    lost="the guest is silent: no reply to run",
    autopsy=AUTOPSY,
)


def judged(survival: Survival) -> Verdict:
    verdict = judge_survival(survival)
    assert verdict is not None
    return verdict


def test_the_reason_names_the_function_in_which_each_cpu_is() -> None:
    """The busy ones first, each with its two commonest places."""
    verdict = judged(SILENT)

    assert verdict.outcome is Outcome.CRASHED
    assert verdict.reason == (
        f"guest hung: CPU 1 in {OUTER} (5 of 8 samples), bpf_loop+0x30 (2), CPU 0 idle"
    )


def test_the_evidence_has_every_place_every_note_and_the_backtrace() -> None:
    assert judged(SILENT).evidence == (
        "the guest is silent: no reply to run",
        "CPU 0 idle (6 of 8 samples), sched_clock+0x8 (2)",
        f"CPU 1 in {OUTER} (5 of 8 samples), bpf_loop+0x30 (2), do_check+0x12 (1)",
        "the guest's memory is in memory.elf",
        "backtraces, asked for with SysRq-l:",
        "NMI backtrace for cpu 1",
        " bpf_test_run+0x1fb/0x390",
    )


def test_a_guest_of_which_nothing_was_seen_hung_all_the_same() -> None:
    empty = replace(SILENT, autopsy=Autopsy(notes=("QEMU did not serve it",)))

    verdict = judged(empty)

    assert verdict.reason == "guest hung: nobody could see where"
    assert verdict.evidence == (SILENT.lost, "QEMU did not serve it")


def test_a_stall_that_the_kernel_told_itself_is_said_first() -> None:
    stall = "[   21.000000] rcu: INFO: rcu_preempt self-detected stall on CPU\n"

    verdict = judged(replace(SILENT, console=stall))

    assert verdict.outcome is Outcome.CRASHED
    assert verdict.reason.startswith("rcu: INFO: rcu_preempt self-detected stall on CPU")
    assert f"; guest hung: CPU 1 in {OUTER}" in verdict.reason
    assert verdict.evidence[-1] == " bpf_test_run+0x1fb/0x390"


def test_before_its_first_operation_a_guest_that_hangs_accuses_nobody() -> None:
    verdict = judged(replace(SILENT, first_operation_done=False))

    assert verdict.outcome is Outcome.BROKEN

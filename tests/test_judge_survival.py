"""Rules of survival: what accuses the kernel, what is our own fault, what is no harm."""

from dataclasses import replace

import pytest

from harness.judge.survival import judge_survival
from harness.judge.taint import TAINTS, new_harm
from harness.values.observation import Survival
from harness.values.verdict import Outcome, Verdict
from tests.judging import HEALTHY, objects

_FINE = Survival(before=HEALTHY, after=HEALTHY, console="[    1.000000] all is well\n")
_LOST = replace(_FINE, after=None, lost="nothing came for 10 s")
_BUG = "[    1.000000] kernel BUG at kernel/bpf/core.c:1!\n[    1.100000] pc : f+0x1/0x2\n"
_OOM = "[    1.000000] Out of memory: Killed process 7 (sh) total-vm:1kB\n"
_DIED = "[    1.000000] bpf-harness: agent died: signal 11\n"


def _judge(survival: Survival) -> Verdict:
    verdict = judge_survival(survival)
    assert verdict is not None
    return verdict


def test_no_harm_is_no_verdict() -> None:
    """The expectation decides alone."""
    assert judge_survival(_FINE) is None


def test_a_splat_crashed_the_trial() -> None:
    """Its title is the reason, its lines the evidence."""
    verdict = _judge(replace(_FINE, console=_BUG))

    assert (verdict.outcome, verdict.reason) == (
        Outcome.CRASHED,
        "kernel BUG at kernel/bpf/core.c:1!",
    )
    assert verdict.evidence == ("kernel BUG at kernel/bpf/core.c:1!", "pc : f+0x1/0x2")


def test_a_splat_counts_even_before_the_first_operation() -> None:
    """The kernel said so itself."""
    lost = replace(_LOST, console=_BUG, first_operation_done=False)

    assert _judge(lost).outcome is Outcome.CRASHED


def test_a_lost_guest_accuses_the_kernel_after_the_first_operation_only() -> None:
    """Before it, the guest may never have been well."""
    after, before = _judge(_LOST), _judge(replace(_LOST, first_operation_done=False))

    assert (after.outcome, after.reason) == (Outcome.CRASHED, "guest lost: nothing came for 10 s")
    assert (before.outcome, before.reason) == (
        Outcome.BROKEN,
        "guest lost before the first operation: nothing came for 10 s",
    )
    assert after.evidence == before.evidence == ("[    1.000000] all is well",)


def test_an_agent_that_died_by_itself_is_our_fault() -> None:
    """With a kernel splat before it, it is the kernel's."""
    ours = _judge(replace(_LOST, console=_DIED))
    theirs = _judge(replace(_LOST, console=_BUG + _DIED))

    assert (ours.outcome, ours.reason) == (Outcome.BROKEN, "bpf-harness: agent died: signal 11")
    assert theirs.outcome is Outcome.CRASHED


def test_a_guest_without_memory_is_our_fault() -> None:
    """Whether it was lost or only something in it was killed."""
    for survival in (replace(_LOST, console=_OOM), replace(_FINE, console=_OOM)):
        verdict = _judge(survival)
        assert verdict.outcome is Outcome.BROKEN
        assert verdict.reason.startswith("Out of memory: Killed process 7 (sh)")


def test_a_note_is_no_harm() -> None:
    """A failed allocation and a loaded module are worth a line, not a verdict."""
    note = "x: loading out-of-tree module taints kernel.\nsh: page allocation failure: order:9\n"

    assert judge_survival(replace(_FINE, console=note)) is None


def test_another_boot_id_is_a_reboot() -> None:
    """Somebody answers, but not the kernel that was asked."""
    verdict = _judge(replace(_FINE, after=replace(HEALTHY, boot_id="b2")))

    assert (verdict.outcome, verdict.reason) == (
        Outcome.CRASHED,
        "the guest rebooted: it has a new boot id",
    )


def test_a_taint_without_a_splat_is_a_crash_and_names_the_bits() -> None:
    """The report may have been lost; the bit is not."""
    verdict = _judge(replace(_FINE, after=replace(HEALTHY, taint=1 << 9 | 1 << 5 | 1 << 12)))

    assert (verdict.outcome, verdict.reason) == (
        Outcome.CRASHED,
        "the kernel was tainted: B (a bad page was found), W (the kernel warned)",
    )
    assert verdict.evidence == ("[    1.000000] all is well",)


def test_taint_from_before_the_trial_is_not_its_fault() -> None:
    """Nor is a bit that an action which was asked for sets."""
    before = replace(HEALTHY, taint=1 << 9)
    module = replace(HEALTHY, taint=1 << 9 | 1 << 12 | 1 << 13)

    assert judge_survival(replace(_FINE, before=before, after=module)) is None


def test_a_leak_is_told_if_nothing_is_worse() -> None:
    after = replace(HEALTHY, perf_events=1)

    assert _judge(replace(_FINE, after=after)).outcome is Outcome.FAILED
    assert _judge(replace(_FINE, after=after, console=_OOM)).outcome is Outcome.BROKEN


def test_a_crash_is_told_before_a_leak() -> None:
    """The worst evidence first."""
    after = replace(HEALTHY, objects=objects(programs=9), taint=1 << 7)

    assert _judge(replace(_FINE, after=after)).outcome is Outcome.CRASHED


def test_a_state_nobody_looked_at_never_passes() -> None:
    """Silence is not health."""
    assert _judge(replace(_FINE, after=None)).outcome is Outcome.BROKEN
    assert _judge(replace(_FINE, before=None)).outcome is Outcome.BROKEN


def test_what_befell_the_machine_is_not_the_kernels_doing() -> None:
    """But a splat that came before is."""
    killed = replace(_LOST, machine_fault="QEMU was ended by signal 9")

    assert _judge(killed) == Verdict(
        Outcome.BROKEN, "QEMU was ended by signal 9", ("[    1.000000] all is well",)
    )
    assert _judge(replace(killed, console=_BUG)).outcome is Outcome.CRASHED


def test_a_reason_is_one_line() -> None:
    """Whatever the guest printed."""
    assert _judge(replace(_LOST, lost="a\n b\r\n")).reason == "guest lost: a b"
    assert _judge(replace(_LOST, lost="")).reason == "guest lost: no reason given"


def test_the_taint_table_is_the_kernel_s() -> None:
    """Bits without a gap, and the letters of kernel/panic.c in their order."""
    assert [taint.bit for taint in TAINTS] == list(range(len(TAINTS)))
    assert "".join(taint.letter for taint in TAINTS) == "PFSRMBUDAWCIOELKXTNJ"


@pytest.mark.parametrize(
    ("letter", "accuses"),
    [*((letter, True) for letter in "SMBDWL"), *((letter, False) for letter in "PFRUACIOEKXTNJ")],
)
def test_each_bit_is_known_to_accuse_or_not(letter: str, accuses: bool) -> None:
    """Loading a module is asked for, a warning is not."""
    (taint,) = (taint for taint in TAINTS if taint.letter == letter)

    assert new_harm(0, 1 << taint.bit) == ((f"{letter} ({taint.meaning})",) if accuses else ())


def test_a_bit_that_nobody_knows_accuses() -> None:
    """A kernel newer than the table may mean harm."""
    assert new_harm(1, 1 << 40 | 1) == ("bit 40 (unknown)",)
    assert new_harm(1 << 9, 0) == ()

"""Whether the kernel came through a trial unharmed."""

from dataclasses import replace

from harness.formats.splat_rows import Severity
from harness.formats.splats import Splat, find_splats
from harness.judge.hang import hang_evidence, hang_reason
from harness.judge.leaks import judge_leaks
from harness.judge.taint import new_harm
from harness.values.autopsy import Autopsy
from harness.values.observation import Health, Survival
from harness.values.verdict import Outcome, Verdict

_LAST_LINES = 12


def judge_survival(survival: Survival) -> Verdict | None:
    """None if no harm was done.

    Worst evidence first: a splat of the kernel's, a lost guest, a reboot, a taint bit, a mishap of
    our own (out of memory), a leak.
    """
    splats = find_splats(survival.console)
    crash = _first(splats, Severity.CRASH)
    if crash is not None:
        return _with_autopsy(_judge_splat(Outcome.CRASHED, crash), survival.autopsy)
    ours = _first(splats, Severity.OURS)
    if survival.lost is not None:
        return _judge_loss(survival, survival.lost, ours)
    if survival.before is None or survival.after is None:
        return Verdict(Outcome.BROKEN, "the guest's state was not seen before and after")
    harm = _judge_harm(survival.before, survival.after, _last_lines(survival))
    if harm is not None:
        return harm
    if ours is not None:
        return _judge_splat(Outcome.BROKEN, ours)
    return judge_leaks(survival)


def _first(splats: tuple[Splat, ...], severity: Severity) -> Splat | None:
    return next((splat for splat in splats if splat.severity is severity), None)


def _judge_splat(outcome: Outcome, splat: Splat) -> Verdict:
    return Verdict(outcome, _one_line(str(splat)), splat.lines)


def _judge_loss(survival: Survival, lost: str, ours: Splat | None) -> Verdict:
    """A guest that is gone without a splat: the kernel's doing if it had served.

    Not if its machine was taken from it: somebody killed or stopped QEMU, or QEMU gave up.
    """
    if ours is not None:
        return _judge_splat(Outcome.BROKEN, ours)
    why, evidence = _one_line(lost), _last_lines(survival)
    if survival.machine_fault is not None:
        return Verdict(Outcome.BROKEN, _one_line(survival.machine_fault), evidence)
    if not survival.first_operation_done:
        return Verdict(Outcome.BROKEN, f"guest lost before the first operation: {why}", evidence)
    if survival.autopsy is not None:
        seen = (why, *hang_evidence(survival.autopsy))
        return Verdict(Outcome.CRASHED, hang_reason(survival.autopsy), seen)
    return Verdict(Outcome.CRASHED, f"guest lost: {why}", evidence)


def _with_autopsy(verdict: Verdict, autopsy: Autopsy | None) -> Verdict:
    """A kernel that has complained, of a stall maybe, and then hangs says where in both."""
    if autopsy is None:
        return verdict
    return replace(
        verdict,
        reason=f"{verdict.reason}; {hang_reason(autopsy)}",
        evidence=(*verdict.evidence, *hang_evidence(autopsy)),
    )


def _judge_harm(before: Health, after: Health, last_lines: tuple[str, ...]) -> Verdict | None:
    if before.boot_id != after.boot_id:
        return Verdict(Outcome.CRASHED, "the guest rebooted: it has a new boot id", last_lines)
    harm = new_harm(before.taint, after.taint)
    if not harm:
        return None
    return Verdict(Outcome.CRASHED, f"the kernel was tainted: {', '.join(harm)}", last_lines)


def _last_lines(survival: Survival) -> tuple[str, ...]:
    return tuple(survival.console.splitlines()[-_LAST_LINES:])


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "no reason given"

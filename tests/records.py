"""Records and summaries for the tests of the reports."""

from dataclasses import replace
from datetime import UTC, datetime

from harness.reports.report import RunSummary
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict

SUMMARY = RunSummary(
    started=datetime(2026, 11, 22, 19, 58, 7, tzinfo=UTC),
    wall_s=83.25,
    guests=3,
    accel="tcg (/dev/kvm cannot run a guest)",
)

_PASSED = Record(
    case="cases/verifier/oob.bpf.c:oob_value",
    program="oob_value",
    group="verifier",
    arch="x86_64",
    kernel="6.12.107-cloud-amd64",
    kernel_source="debian:6.12 (linux-image-6.12.107-cloud-amd64 6.12.107-1)",
    mode="jit",
    verdict=Verdict(Outcome.PASSED, "as expected"),
    duration_s=0.125,
    attempt=1,
    guest="x86_64-1",
    accel="tcg",
    qemu="7.2.22",
    jited=True,
    errno=0,
    verifier_log="processed 4 insns\n",
    insns_processed=4,
    retval=1,
    reproduce="bpf-harness check cases/verifier/oob.bpf.c:oob_value --mode jit",
)


def make_record(
    outcome: Outcome = Outcome.PASSED,
    reason: str = "as expected",
    *,
    program: str = "oob_value",
    mode: str = "jit",
    evidence: tuple[str, ...] = (),
    final: bool = True,
) -> Record:
    """A record that differs from a passing one in what is given."""
    return replace(
        _PASSED,
        case=f"cases/verifier/oob.bpf.c:{program}",
        program=program,
        mode=mode,
        verdict=Verdict(outcome, reason, evidence),
        final=final,
    )

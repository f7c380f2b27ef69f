"""From records to the records of a vote: who votes, what is told, who is accused."""

from dataclasses import replace

from harness.runner.votes import Votes
from harness.values.ballot import Fact
from harness.values.record import Record
from harness.values.verdict import Outcome, Verdict
from tests.records import make_record


def record(arch: str, mode: str = "jit", retval: int = 4, kernel: str = "debian:7.2") -> Record:
    return replace(
        make_record(mode=mode),
        arch=arch,
        kernel=f"{kernel}-{arch}",
        kernel_source=f"{kernel} (a package)",
        guest=f"{arch}-guest-1",
        ballot=(Fact("retval", str(retval)),),
    )


def votes_on(*records: Record) -> list[Record]:
    votes = Votes()
    for one in records:
        votes.add(one)
    return list(votes.records())


def test_one_target_is_no_vote() -> None:
    """Its modes were compared already."""
    assert votes_on(record("arm"), record("arm", "interp")) == []


def test_two_kernels_of_one_architecture_vote() -> None:
    found = votes_on(record("arm"), record("arm", kernel="debian:6.12"))

    assert [one.verdict.outcome for one in found] == [Outcome.PASSED]


def test_agreement_is_one_record_of_the_whole_run() -> None:
    """A case that took part in the vote can be told from one that did not."""
    (found,) = votes_on(record("x86_64"), record("arm64"), record("s390x", "interp"))

    assert found.case == "cases/verifier/oob.bpf.c:oob_value @vote"
    assert (found.arch, found.kernel, found.mode) == ("all", "all", "vote")
    assert found.verdict == Verdict(Outcome.PASSED, "3 trials of 3 implementations agree")


def test_each_dissenting_trial_gets_a_record_of_its_own() -> None:
    good = [record("x86_64"), record("x86_64", "interp"), record("s390x", "interp")]
    bad = [record("arm64", retval=5), record("arm64", "jit-harden", retval=5)]
    whole, *accused = votes_on(*good, *bad)

    assert whole.verdict.outcome is Outcome.FAILED
    assert [(r.arch, r.kernel, r.mode, r.guest) for r in accused] == [
        ("arm64", "debian:7.2-arm64", "jit", "arm64-guest-1"),
        ("arm64", "debian:7.2-arm64", "jit-harden", "arm64-guest-1"),
    ]
    assert {r.verdict.outcome for r in accused} == {Outcome.FAILED}
    assert accused[0].verdict.reason.startswith("retval 5 by arm64 JIT; the majority has 4: ")
    assert accused[0].case.endswith(" @vote")
    assert accused[0].reproduce == (
        "bpf-harness check cases/verifier/oob.bpf.c:oob_value --arch arm64 --arch s390x "
        "--arch x86_64 --kernel debian:7.2 --mode interp --mode jit --mode jit-harden"
    )


def test_without_a_majority_the_case_fails_and_nobody_is_accused() -> None:
    (found,) = votes_on(record("x86_64"), record("s390x", "interp", retval=5))

    assert found.verdict.outcome is Outcome.FAILED
    assert found.verdict.reason.startswith("no majority: ")


def test_crashed_broken_and_retried_trials_have_no_say() -> None:
    crashed = replace(record("arm", retval=5), verdict=Verdict(Outcome.CRASHED, "oops"))
    broken = replace(record("arm", retval=5), verdict=Verdict(Outcome.BROKEN, "lost"))
    retried = replace(record("arm", retval=5), final=False)
    silent = replace(record("arm"), ballot=())

    (found,) = votes_on(crashed, broken, retried, silent, record("x86_64"), record("arm64"))

    assert found.verdict == Verdict(Outcome.PASSED, "2 trials of 2 implementations agree")


def test_a_trial_that_failed_votes() -> None:
    """If all machines give the same, the expectation is what is wrong."""
    failed = [replace(record(a), verdict=Verdict(Outcome.FAILED, "no")) for a in ("arm", "arm64")]

    assert votes_on(*failed)[0].verdict.outcome is Outcome.PASSED


def test_cases_vote_apart_and_cpu_models_are_targets() -> None:
    other = replace(record("x86_64", retval=9), case="cases/x.bpf.c:y", cpu="Nehalem")
    found = votes_on(
        record("x86_64"), replace(record("x86_64"), cpu="Nehalem"), other, replace(other, cpu="")
    )

    assert [one.verdict.outcome for one in found] == [Outcome.PASSED, Outcome.PASSED]
    assert "--cpu Nehalem" in found[0].reproduce

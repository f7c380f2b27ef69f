"""Rules of judging a load: one exact line for each way in which it can differ."""

from dataclasses import replace

import pytest

from harness.values.expectation import Errno, LoadExpectation, Retval
from harness.values.mode import Mode
from harness.values.observation import LoadObservation, Observation, RunObservation
from harness.values.verdict import Outcome, Verdict
from tests.judging import ACCEPTED, judge, messages

_EACCES = Errno("EACCES", 13)
_LOG = "0: (b7) r0 = 0\n1: (79) r1 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n"
_REFUSED = LoadObservation(errno=13, log=_LOG)


def test_an_accepted_filter_passes() -> None:
    """Nothing else was expected of it."""
    assert judge(LoadExpectation(), Observation(ACCEPTED)) == Verdict(
        Outcome.PASSED, "accepted as expected"
    )


def test_a_refused_filter_passes_with_its_errno_andmessages() -> None:
    """That is what the annotation asked for."""
    load = LoadExpectation(
        accepted=False, errno=_EACCES, messages=messages("r0 = 0", "R1 invalid mem access")
    )

    assert judge(load, Observation(_REFUSED)) == Verdict(
        Outcome.PASSED, "rejected with EACCES as expected"
    )


@pytest.mark.parametrize(
    ("load", "seen", "reason"),
    [
        (
            LoadExpectation(accepted=False, errno=_EACCES),
            ACCEPTED,
            "expected to be rejected with EACCES, was accepted",
        ),
        (LoadExpectation(accepted=False), ACCEPTED, "expected to be rejected, was accepted"),
        (
            LoadExpectation(),
            _REFUSED,
            "expected to be accepted, was rejected with EACCES: R1 invalid mem access 'scalar'",
        ),
        (
            LoadExpectation(),
            LoadObservation(524, ""),
            "expected to be accepted, was rejected with ENOTSUPP",
        ),
        (
            LoadExpectation(accepted=False, errno=_EACCES),
            LoadObservation(22, _LOG),
            "expected to be rejected with EACCES, was rejected with EINVAL: "
            "R1 invalid mem access 'scalar'",
        ),
        (
            LoadExpectation(accepted=False, messages=messages("r0 = 0", "R7 bad", "x")),
            _REFUSED,
            "message 2 of 3 not found after 'r0 = 0': 'R7 bad'",
        ),
        (
            LoadExpectation(accepted=False, messages=messages("R7 bad")),
            _REFUSED,
            "message 1 of 1 not found: 'R7 bad'",
        ),
        (
            LoadExpectation(accepted=False, messages=messages("R1 invalid", "r0 = 0")),
            _REFUSED,
            "message 2 of 2 not found after 'R1 invalid': 'r0 = 0'",
        ),
        (
            LoadExpectation(accepted=False, messages=messages("r0", "invalid mem", absent=(2,))),
            _REFUSED,
            "message 2 of 2 found, and must not be there after 'r0' (in line 3): 'invalid mem'",
        ),
        (
            LoadExpectation(accepted=False, messages=messages("R7 bad")),
            replace(_REFUSED, log_truncated=True),
            "message 1 of 1 not found: 'R7 bad' (the log was cut)",
        ),
        (
            LoadExpectation(messages=messages("R7 bad")),
            ACCEPTED,
            "message 1 of 1 not found: 'R7 bad' "
            "(the log is empty: that of an accepted filter needs __log_level(2))",
        ),
    ],
)
def test_a_load_that_differs_fails_in_one_exact_line(
    load: LoadExpectation, seen: LoadObservation, reason: str
) -> None:
    """The line is all that most readers will see."""
    verdict = judge(load, Observation(seen))

    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, reason)
    assert verdict.evidence == tuple(seen.log.splitlines())


def test_evidence_is_the_end_of_a_long_log() -> None:
    """Where the verifier says what it did not like."""
    log = "".join(f"{number}: (b7) r0 = 0\n" for number in range(1000)) + "the reason\n"
    verdict = judge(LoadExpectation(), Observation(LoadObservation(13, log)))

    assert len(verdict.evidence) == 20
    assert verdict.evidence[-1] == "the reason"


@pytest.mark.parametrize(
    "line",
    [
        "verifier bug: REG INVARIANTS VIOLATION (true_reg1)",
        "verifier internal error: misconfigured ref_obj_id",
        "kernel subsystem misconfigured verifier",
    ],
)
def test_a_verifier_that_reports_a_bug_in_itself_fails(line: str) -> None:
    """Even if it refuses what it should; unless that is the very thing expected."""
    seen = Observation(LoadObservation(14, f"0: (95) exit\n{line}\n"))
    load = LoadExpectation(accepted=False)

    assert judge(load, seen).reason == f"the verifier reports a bug in itself: {line}"
    expected = replace(load, messages=messages(line))
    assert judge(expected, seen).outcome is Outcome.PASSED


@pytest.mark.parametrize("mode", [Mode.JIT, Mode.JIT_HARDEN])
def test_a_filter_that_was_not_jited_never_passes_a_jit_mode(mode: Mode) -> None:
    """The trial would show the interpreter and say the JIT was right."""
    verdict = judge(LoadExpectation(), Observation(replace(ACCEPTED, jited_size=0)), mode=mode)

    assert (verdict.outcome, verdict.reason) == (
        Outcome.FAILED,
        f"was not JITed, in mode {mode}",
    )


def test_a_filter_that_was_jited_never_passes_the_interpreter() -> None:
    """Nor the other way round."""
    jited = judge(LoadExpectation(), Observation(ACCEPTED), mode=Mode.INTERP)
    interpreted = Observation(replace(ACCEPTED, jited_size=0))

    assert (jited.outcome, jited.reason) == (Outcome.FAILED, "was JITed, in mode interp")
    assert judge(LoadExpectation(), interpreted, mode=Mode.INTERP).outcome is Outcome.PASSED


def test_a_refused_filter_is_not_asked_for_machine_code() -> None:
    """There is none in any mode."""
    verdict = judge(LoadExpectation(accepted=False), Observation(_REFUSED))

    assert verdict.outcome is Outcome.PASSED


def test_translated_instructions_are_compared() -> None:
    """As lines of the disassembly, in order."""
    seen = Observation(replace(ACCEPTED, xlated=("0: r0 = 1", "1: exit")))

    good = judge(LoadExpectation(xlated=messages("r0 = 1", "exit")), seen)
    bad = judge(LoadExpectation(xlated=messages("r0 = 1", "r0 += 1")), seen)

    assert good.outcome is Outcome.PASSED
    assert bad.reason == "translated line 2 of 2 not found after 'r0 = 1': 'r0 += 1'"
    assert bad.evidence == ("0: r0 = 1", "1: exit")


@pytest.mark.parametrize(
    ("load", "mode", "reason"),
    [
        (LoadExpectation(xlated=messages("x")), Mode.JIT, "translated instructions"),
        (LoadExpectation(jited=messages("x")), Mode.JIT, "machine code (__jited)"),
        (LoadExpectation(stdout=messages("x")), Mode.JIT, "output streams"),
        (LoadExpectation(stderr=messages("x")), Mode.JIT, "output streams"),
        (LoadExpectation(jited=messages("x")), Mode.INTERP, None),
    ],
)
def test_what_was_not_looked_at_does_not_pass(
    load: LoadExpectation, mode: Mode, reason: str | None
) -> None:
    """An expectation that is silently skipped would be worse than none."""
    seen = Observation(replace(ACCEPTED, jited_size=80 if mode.jits else 0))
    verdict = judge(load, seen, mode=mode)

    if reason is None:
        assert verdict.outcome is Outcome.PASSED
    else:
        assert verdict.outcome is Outcome.UNSUPPORTED
        assert verdict.reason.startswith(reason)


def test_what_was_not_looked_at_does_not_hide_a_failure() -> None:
    """The rest is judged first."""
    load = LoadExpectation(retval=Retval(1), stdout=messages("x"))

    assert judge(load, Observation(ACCEPTED, RunObservation(0, 2))).outcome is Outcome.FAILED


def test_a_trial_without_an_observation_is_broken() -> None:
    """A trial without a verdict is."""
    assert judge(LoadExpectation(), Observation(None)).outcome is Outcome.BROKEN

"""One observation of a filter against the expectation written above it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.formats.messages import Mismatch, MismatchKind, match_messages
from harness.formats.verifier_log import telling_line
from harness.judge.difference import Difference
from harness.judge.execution import judge_execution
from harness.values.arch import ByteOrder
from harness.values.errnos import errno_name
from harness.values.expectation import Expectation, LoadExpectation, Message
from harness.values.mode import Mode
from harness.values.observation import LoadObservation, Observation
from harness.values.verdict import Outcome, Verdict

_EVIDENCE_LINES = 20

# What kernel/bpf/verifier.c says of itself; the program that it judges is not to blame.
_CONFESSION = re.compile(
    r"^.*(?:verifier bug|verifier internal error|misconfigured verifier).*$", re.M
)


@dataclass(frozen=True, slots=True)
class FilterExpectation:
    """What is expected of one load of one filter, in one mode, on one byte order."""

    whole: Expectation
    load: LoadExpectation
    """The half that is judged: privileged or unprivileged."""

    mode: Mode
    byte_order: ByteOrder


def judge_filter(expected: FilterExpectation, seen: Observation) -> Verdict:
    """The first difference in the order load, log, machine code, run, output, triggers, tables,
    trace.

    What could not be looked at never passes: UNSUPPORTED names it.
    """
    if seen.load is None:
        return Verdict(Outcome.BROKEN, "the filter was not loaded, and nobody knows why")
    difference = _judge_load(expected.load, seen.load)
    if difference is None and seen.load.accepted:
        difference = judge_execution(
            expected.whole, expected.load, expected.mode, expected.byte_order, seen
        )
    if difference is not None:
        return Verdict(Outcome.FAILED, difference.reason, difference.evidence)
    unseen = _unseen(expected, seen.load)
    if unseen is not None:
        return Verdict(Outcome.UNSUPPORTED, unseen)
    return Verdict(Outcome.PASSED, _praise(seen))


def _judge_load(expected: LoadExpectation, seen: LoadObservation) -> Difference | None:
    tail = tuple(seen.log.splitlines()[-_EVIDENCE_LINES:])
    reason = _judge_acceptance(expected, seen) or _judge_log(expected, seen)
    if reason is not None:
        return Difference(reason, tail)
    if not expected.xlated or not seen.xlated:
        return None
    mismatch = match_messages("\n".join(seen.xlated), expected.xlated)
    if mismatch is None:
        return None
    return Difference(
        _word_mismatch("translated line", expected.xlated, mismatch),
        seen.xlated[-_EVIDENCE_LINES:],
    )


def _judge_acceptance(expected: LoadExpectation, seen: LoadObservation) -> str | None:
    wanted = f" with {expected.errno}" if expected.errno is not None else ""
    if not expected.accepted and seen.accepted:
        return f"expected to be rejected{wanted}, was accepted"
    said = telling_line(seen.log)
    because = f": {said}" if said else ""
    if expected.accepted and not seen.accepted:
        return f"expected to be accepted, was rejected with {errno_name(seen.errno)}{because}"
    if expected.errno is not None and seen.errno != expected.errno.number:
        return (
            f"expected to be rejected{wanted}, was rejected with {errno_name(seen.errno)}{because}"
        )
    return None


def _judge_log(expected: LoadExpectation, seen: LoadObservation) -> str | None:
    mismatch = match_messages(seen.log, expected.messages)
    if mismatch is not None:
        return _word_mismatch("message", expected.messages, mismatch) + _excuse(seen)
    confession = _CONFESSION.search(seen.log)
    if confession is None or _is_expected(confession[0], expected.messages):
        return None
    return f"the verifier reports a bug in itself: {' '.join(confession[0].split())}"


def _is_expected(line: str, messages: Sequence[Message]) -> bool:
    return any(not m.absent and m.pattern.search(line) is not None for m in messages)


def _word_mismatch(noun: str, messages: Sequence[Message], mismatch: Mismatch) -> str:
    """`message 2 of 3 not found after 'R0=scalar': 'R1 invalid mem access'`."""
    absent = mismatch.kind is MismatchKind.UNEXPECTED
    number = next(
        index
        for index, message in enumerate(messages, 1)
        if message.pattern.text == mismatch.pattern and message.absent == absent
    )
    after = "" if mismatch.after is None else f" after {mismatch.after!r}"
    line = "" if mismatch.line is None else f" (in line {mismatch.line})"
    place = f"{mismatch.kind.value}{after}{line}"
    return f"{noun} {number} of {len(messages)} {place}: {mismatch.pattern!r}"


def _excuse(seen: LoadObservation) -> str:
    """Why a message may be missing although the kernel said it."""
    if seen.log_truncated:
        return " (the log was cut)"
    if seen.accepted and not seen.log:
        return " (the log is empty: that of an accepted filter needs __log_level(2))"
    return ""


def _unseen(expected: FilterExpectation, seen: LoadObservation) -> str | None:
    """What is expected and was not looked at, as a reason; None if all was."""
    load = expected.load
    if not load.accepted:
        return None
    if load.xlated and not seen.xlated:
        return "translated instructions (__xlated) cannot be shown"
    if load.jited and expected.mode.jits:
        return "machine code (__jited) cannot be shown"
    if load.stdout or load.stderr:
        return "output streams of filters (__stdout, __stderr) cannot be read"
    return None


def _praise(seen: Observation) -> str:
    assert seen.load is not None
    if not seen.load.accepted:
        return f"rejected with {errno_name(seen.load.errno)} as expected"
    return "accepted as expected" if seen.run is None else "accepted and ran as expected"

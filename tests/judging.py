"""Expectations and observations for the tests of the judge."""

from dataclasses import replace

from harness.formats.pattern import parse_pattern
from harness.judge.filter import FilterExpectation, judge_filter
from harness.values.arch import ByteOrder
from harness.values.expectation import Expectation, LoadExpectation, Message
from harness.values.mode import Mode
from harness.values.observation import Health, LoadObservation, Objects, Observation
from harness.values.verdict import Verdict

ACCEPTED = LoadObservation(errno=0, log="", jited_size=80, xlated_size=16)


def objects(**counts: int) -> Objects:
    """So many of each kind, with the ids from 1 on."""
    return Objects(**{kind: frozenset(range(1, count + 1)) for kind, count in counts.items()})


HEALTHY = Health(
    boot_id="b1",
    taint=0,
    objects=objects(programs=3, tables=2, links=1, btfs=1),
    handles=0,
    perf_events=0,
    probes=0,
    processes=0,
    available_kb=400_000,
    resident_kb=1_600,
)
_NOTHING_MORE = Expectation()


def messages(*texts: str, absent: tuple[int, ...] = ()) -> tuple[Message, ...]:
    """Messages in this order; those whose number is in `absent` must not be there."""
    return tuple(Message(parse_pattern(t), absent=i in absent) for i, t in enumerate(texts, 1))


def judge(
    load: LoadExpectation,
    seen: Observation,
    *,
    mode: Mode = Mode.JIT,
    whole: Expectation = _NOTHING_MORE,
) -> Verdict:
    """The verdict on a privileged load on a little-endian guest."""
    expected = FilterExpectation(replace(whole, privileged=load), load, mode, ByteOrder.LITTLE)
    return judge_filter(expected, seen)

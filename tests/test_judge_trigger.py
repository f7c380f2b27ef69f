"""What came of a trigger, against what its text expects."""

import pytest

from harness.formats.trigger_text import parse_trigger
from harness.judge.trigger import judge_trigger, show_result
from harness.values.arch import ByteOrder
from harness.values.expectation import Expectation, LoadExpectation
from harness.values.observation import Fired, Observation
from harness.values.trigger import TriggerResult
from harness.values.verdict import Outcome
from tests.judging import ACCEPTED, judge

EPERM = TriggerResult(0, errno=1, step="connect")
KILLED = TriggerResult(signal=9)
HELLO = TriggerResult(1, data=b"hello")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("@syscall getpid", TriggerResult(140)),
        ("@syscall brk 0", TriggerResult(-140)),
        ("@syscall getpid = 140", TriggerResult(140)),
        ("@syscall getpid = 0xffffffffffffffff", TriggerResult(-1)),
        ("@udp 127.0.0.1:80 text:hello", HELLO),
        ("@udp 127.0.0.1:80 text:hello = text:HELLO", TriggerResult(1, data=b"HELLO")),
        ("@udp 127.0.0.1:80 text:hello = nothing", TriggerResult(0)),
        ("@udp times=3 127.0.0.1:80 text:hello = 2", TriggerResult(2, data=b"hello")),
        ("@udp listen=none 127.0.0.1:80 text:hello", TriggerResult(1)),
        ("@udp 127.0.0.1:80 text:hello = any", TriggerResult(0)),
        ("@udp 127.0.0.1:80 text:hello = any", KILLED),
        ("@tcp 127.0.0.1:80 text:hello = EPERM", EPERM),
        ("@exec /bin/true", TriggerResult(0)),
        ("@exec /bin/true = 3", TriggerResult(3)),
        ("@signal times=2 SIGURG", TriggerResult(2)),
        ("@signal SIGKILL = killed:SIGKILL", KILLED),
    ],
)
def test_what_is_as_expected_is_no_difference(text: str, seen: TriggerResult) -> None:
    assert judge_trigger(parse_trigger(text), seen, ByteOrder.LITTLE) is None


@pytest.mark.parametrize(
    ("text", "seen", "said"),
    [
        ("@syscall getpid", EPERM, "gave EPERM in connect, expected success"),
        ("@syscall getpid = 3", TriggerResult(4), "gave 4, expected 3"),
        ("@syscall getpid = 0", EPERM, "gave EPERM in connect, expected 0"),
        ("@syscall getpid = EACCES", EPERM, "gave EPERM in connect, expected EACCES"),
        ("@syscall getpid = EPERM", TriggerResult(0), "gave 0, expected EPERM"),
        ("@syscall getpid = EPERM", KILLED, "gave killed:SIGKILL, expected EPERM"),
        ("@syscall getpid = killed:SIGSYS", KILLED, "gave killed:SIGKILL, expected killed:SIGSYS"),
        ("@udp 127.0.0.1:80 text:x", HELLO, "gave 68 65 6c 6c 6f, expected all that was sent"),
        ("@udp 127.0.0.1:80 text:x", TriggerResult(0), "gave nothing, expected all"),
        ("@udp times=3 127.0.0.1:80 text:x", TriggerResult(2), "gave 2 of 3, expected 3 of 3"),
        ("@udp 127.0.0.1:80 text:x = nothing", HELLO, "gave 68 65 6c 6c 6f, expected nothing"),
        ("@udp 127.0.0.1:80 text:x = text:helle", HELLO, "what arrived differs at byte 4"),
        ("@udp 127.0.0.1:80 text:x = text:hello", TriggerResult(0), "gave nothing"),
        ("@exec /bin/false", TriggerResult(1), "gave 1, expected success"),
        ("@signal SIGURG", TriggerResult(0), "gave 0, expected success"),
        ("@fork 2 = any", TriggerResult(timed_out=True), "did not end in time"),
    ],
)
def test_what_differs_is_said(text: str, seen: TriggerResult, said: str) -> None:
    difference = judge_trigger(parse_trigger(text), seen, ByteOrder.LITTLE)

    assert difference is not None
    assert difference.reason.startswith(f"trigger {text}: ")
    assert said in difference.reason


def test_bytes_are_those_of_the_guests_byte_order() -> None:
    trigger = parse_trigger("@unix u16:1")
    seen = TriggerResult(1, data=b"\0\1")

    assert judge_trigger(trigger, seen, ByteOrder.BIG) is None
    assert judge_trigger(trigger, seen, ByteOrder.LITTLE) is not None


def test_a_signal_without_a_name_is_a_number() -> None:
    assert show_result(parse_trigger("@fork 1"), TriggerResult(signal=40)) == "killed:40"


def test_a_trigger_that_differs_fails_its_case() -> None:
    """Before what the tables say, which follows from it."""
    trigger = parse_trigger("@fork 1 = EPERM")
    whole = Expectation(triggers=(trigger,))
    seen = Observation(ACCEPTED, fired=(Fired(trigger, TriggerResult(1)),))

    verdict = judge(LoadExpectation(), seen, whole=whole)

    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason == "trigger @fork 1 = EPERM: gave 1, expected EPERM"

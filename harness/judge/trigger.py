"""What came of a trigger against what it had to give."""

import signal

from harness.judge.difference import Difference, compare_bytes, show_bytes
from harness.values.arch import ByteOrder
from harness.values.byte_template import ByteTemplate
from harness.values.errnos import errno_name
from harness.values.trigger import Expected, Kind, Trigger, TriggerResult, Wanted

_U64 = 1 << 64


def judge_trigger(
    trigger: Trigger, seen: TriggerResult, byte_order: ByteOrder
) -> Difference | None:
    """How the result differs from what the trigger's text expects; None if it does not."""
    expected = trigger.expected
    if seen.timed_out:
        return _differs(trigger, "did not end in time")
    if _is_as_expected(trigger, seen, byte_order):
        return None
    if expected.wanted is Wanted.BYTES and not seen.errno and not seen.signal and seen.data:
        assert expected.data is not None
        found = compare_bytes("what arrived", expected.data.pack(byte_order), seen.data)
        assert found is not None
        return Difference(f"trigger {trigger}: {found.reason}", found.evidence)
    return _differs(trigger, f"gave {show_result(trigger, seen)}, expected {_wanted(trigger)}")


def show_result(trigger: Trigger, seen: TriggerResult) -> str:
    """`EPERM in connect`, `killed:SIGSYS`, `nothing`, `2 of 3`, `17`.

    >>> show_result(Trigger("@fork 3", Kind.FORK), TriggerResult(3))
    '3'
    """
    if seen.timed_out:
        return "no end in time"
    if seen.signal:
        return f"killed:{_signal_name(seen.signal)}"
    if seen.errno:
        return f"{errno_name(seen.errno)}{f' in {seen.step}' if seen.step else ''}"
    if trigger.kind is None or not trigger.kind.exchanges or trigger.options.alone:
        return str(seen.value)
    return _show_arrived(seen, trigger.options.times)


def _show_arrived(seen: TriggerResult, times: int) -> str:
    if not seen.value:
        return "nothing"
    return show_bytes(seen.data) if seen.value == times else f"{seen.value} of {times}"


def _is_as_expected(trigger: Trigger, seen: TriggerResult, byte_order: ByteOrder) -> bool:
    expected = trigger.expected
    if expected.wanted is Wanted.ANY:
        return True
    if expected.wanted is Wanted.SIGNAL:
        return seen.signal == expected.number
    if expected.wanted is Wanted.ERRNO:
        return not seen.signal and seen.errno == expected.number
    if seen.signal or seen.errno:
        return False
    return _fits(trigger, expected, seen, byte_order)


def _fits(trigger: Trigger, expected: Expected, seen: TriggerResult, byte_order: ByteOrder) -> bool:
    """The same for one that ended without an error."""
    if expected.wanted is Wanted.NUMBER:
        return (seen.value - expected.number) % _U64 == 0
    if expected.wanted is Wanted.NOTHING:
        return seen.value == 0
    if expected.wanted is Wanted.BYTES:
        assert expected.data is not None
        return seen.data == expected.data.pack(byte_order)
    return _succeeded(trigger, seen, byte_order)


def _succeeded(trigger: Trigger, seen: TriggerResult, byte_order: ByteOrder) -> bool:
    match trigger.kind:
        case None | Kind.EXEC:
            return seen.value == 0
        case Kind.PACKET | Kind.UDP | Kind.TCP | Kind.UNIX:
            if seen.value != trigger.options.times:
                return False
            return trigger.options.alone or seen.data == _sent(trigger).pack(byte_order)
        case Kind.SIGNAL | Kind.TIMER:
            return seen.value == trigger.options.times
        case _:
            return True


def _sent(trigger: Trigger) -> ByteTemplate:
    sent = trigger.steps[0][-1]
    assert isinstance(sent, ByteTemplate)
    return sent


def _wanted(trigger: Trigger) -> str:
    if trigger.expected.wanted is not Wanted.SUCCESS:
        return trigger.expected.text
    if trigger.kind is not None and trigger.kind.exchanges:
        times = trigger.options.times
        return "all that was sent" if times == 1 else f"{times} of {times}"
    return "success"


def _signal_name(number: int) -> str:
    known = {entry.value: entry.name for entry in signal.Signals}
    return known.get(number, str(number))


def _differs(trigger: Trigger, what: str) -> Difference:
    return Difference(f"trigger {trigger}: {what}")

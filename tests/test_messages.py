"""Expected messages are found in order, as the kernel's own loader finds them."""

from harness.formats.messages import Mismatch, MismatchKind, match_messages, messages_for
from harness.formats.pattern import parse_pattern
from harness.values.expectation import Message

_LOG = "0: r0 = 0\n1: r1 = 1\n2: r2 = 2\n3: exit\n"


def _said(*texts: str) -> list[Message]:
    return [Message(parse_pattern(text)) for text in texts]


def _absent(text: str) -> Message:
    return Message(parse_pattern(text), absent=True)


def _next(text: str) -> Message:
    return Message(parse_pattern(text), on_next_line=True)


def test_messages_in_order_match() -> None:
    """With anything between them."""
    assert match_messages(_LOG, _said("r0", "r{{[0-9]}} = 2", "exit")) is None


def test_no_messages_match_any_log() -> None:
    """Nothing was asked."""
    assert match_messages("", []) is None


def test_a_missing_message_is_told_with_the_one_before_it() -> None:
    """What was found last says where in the log to look."""
    mismatch = match_messages(_LOG, _said("r1", "r9"))

    assert mismatch == Mismatch(MismatchKind.MISSING, "r9", "r1")
    assert str(mismatch) == "'r9' not found after 'r1'"


def test_messages_in_the_wrong_order_do_not_match() -> None:
    """Each is searched from the end of the one before."""
    assert match_messages(_LOG, _said("r2", "r1")) == Mismatch(MismatchKind.MISSING, "r1", "r2")


def test_the_same_message_twice_needs_two_places() -> None:
    """The end of a match is where the next search begins."""
    assert match_messages(_LOG, _said("exit", "exit")) == Mismatch(
        MismatchKind.MISSING, "exit", "exit"
    )


def test_an_absent_message_is_looked_for_between_its_neighbours_only() -> None:
    """r0 stands before the first neighbour and exit after the second."""
    first, last = _said("1: r1", "2: r2")

    assert match_messages(_LOG, [first, _absent("0: r0"), _absent("exit"), last]) is None
    assert match_messages(_LOG, [first, _absent(" = 1"), last]) == Mismatch(
        MismatchKind.UNEXPECTED, " = 1", "1: r1", 2
    )


def test_an_absent_message_at_the_end_is_looked_for_up_to_the_end() -> None:
    """There is no neighbour to stop at."""
    assert match_messages(_LOG, [*_said("r1"), _absent("exit")]) == Mismatch(
        MismatchKind.UNEXPECTED, "exit", "r1", 4
    )


def test_an_absent_message_alone_is_looked_for_everywhere() -> None:
    """The whole log is its span."""
    assert match_messages(_LOG, [_absent("r7")]) is None
    assert match_messages(_LOG, [_absent("r0")]) == Mismatch(MismatchKind.UNEXPECTED, "r0", None, 1)


def test_lines_must_follow_each_other() -> None:
    """The first may be anywhere, each other one stands on the very next line."""
    assert match_messages(_LOG, [_next("r1"), _next("r2"), _next("exit")]) is None

    mismatch = match_messages(_LOG, [_next("r1"), _next("exit")])

    assert mismatch == Mismatch(MismatchKind.WRONG_LINE, "exit", "r1", 4)
    assert str(mismatch) == "'exit' found, but not on the next line after 'r1' (line 4)"


def test_lines_after_dots_may_be_anywhere_below() -> None:
    """`...` between two lines is what leaves on_next_line unset."""
    assert match_messages(_LOG, [_next("r0"), *_said("r2"), _next("exit")]) is None


def test_two_matches_on_one_line_are_not_on_consecutive_lines() -> None:
    """As in the kernel's loader, which counts lines and not matches."""
    assert match_messages(_LOG, [_next("1:"), _next("r1")]) == Mismatch(
        MismatchKind.WRONG_LINE, "r1", "1:", 2
    )


def test_only_the_running_architectures_machine_code_counts() -> None:
    """The others' lines are about code that this kernel never makes."""
    everywhere, here = Message(parse_pattern("a")), Message(parse_pattern("b"), arch="X86_64")
    there = Message(parse_pattern("c"), arch="ARM64")

    assert messages_for([everywhere, here, there], "X86_64") == (everywhere, here)
    assert messages_for([here, there], None) == ()

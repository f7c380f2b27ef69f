"""Rules of cutting a console into messages and trials."""

import pytest

from harness.formats.console import (
    begin_marker,
    between_markers,
    boot_messages,
    end_marker,
    split_messages,
)

_TRIAL = "5f0c1d2e.12"


def _line(message: str, at_s: float = 1.0) -> str:
    return f"[{at_s:12.6f}] {message}\r\n"


def _trial(*inside: str, trial: str = _TRIAL) -> str:
    lines = (begin_marker(trial), *inside, end_marker(trial))
    return "".join(_line(line) for line in lines)


def test_a_trial_is_what_lies_between_its_markers() -> None:
    """Other trials and the boot are left out."""
    other = _trial("other", trial="5f0c1d2e.1")
    text = _line("boot") + other + _trial("mine") + _trial("later", trial="5f0c1d2e.13")

    found = between_markers(text, _TRIAL)

    assert (_line("mine"), True, True) == (found.text, found.began, found.ended)


def test_what_lies_between_two_trials_belongs_to_the_later() -> None:
    """Whether it has a marker before it or not: no message is lost."""
    before = _line("boot") + _trial("other", trial="5f0c1d2e.11") + _line("BUG: x")
    ended = _line("mine") + _line(end_marker(_TRIAL)) + _line("later")

    marked = between_markers(before + _line(begin_marker(_TRIAL)) + ended, _TRIAL)
    unmarked = between_markers(before + ended, _TRIAL)

    assert _line("BUG: x") + _line("mine") == marked.text == unmarked.text


def test_a_lost_guest_leaves_everything_to_the_end() -> None:
    """The marker after the trial is never written."""
    found = between_markers(_line(begin_marker(_TRIAL)) + _line("BUG: x"), _TRIAL)

    assert (_line("BUG: x"), True, False) == (found.text, found.began, found.ended)


def test_a_marker_torn_at_the_end_is_not_seen() -> None:
    """The guest died while it wrote the marker."""
    text = _line(begin_marker(_TRIAL)) + _line("BUG: x") + end_marker(_TRIAL)[:-1]

    assert not between_markers(text, _TRIAL).ended


def test_text_without_any_marker_belongs_to_booting() -> None:
    """A guest that broke before the first trial broke while booting."""
    text = _line("BUG: early")

    assert (between_markers(text, _TRIAL).text, between_markers(text, _TRIAL).began) == ("", False)
    assert text == boot_messages(text)


def test_boot_messages_end_at_the_first_trial() -> None:
    """Whatever the first trial is called."""
    assert boot_messages(begin_marker("x") + "\n") == ""
    assert _line("boot") == boot_messages(_line("boot") + _trial("x"))


def test_a_dropped_begin_marker_loses_no_message() -> None:
    """printk drops messages when its buffer overflows: the trial begins after the one before."""
    before = _trial("other", trial="5f0c1d2e.11")
    text = before + "** 9 printk messages dropped **\n" + _line("BUG: x")

    lost = between_markers(text, _TRIAL)
    ended = between_markers(text + _line(end_marker(_TRIAL)), _TRIAL)

    assert text[len(before) :] == lost.text == ended.text
    assert (lost.began, lost.ended, ended.began, ended.ended) == (False, False, False, True)


def test_without_any_earlier_marker_an_ended_trial_is_all_before_its_end() -> None:
    """Rather too much than a splat lost."""
    text = _line("BUG: x") + _line(end_marker(_TRIAL))

    assert _line("BUG: x") == between_markers(text, _TRIAL).text


@pytest.mark.parametrize(
    "line",
    [
        f"comm {end_marker(_TRIAL)}",
        f"{end_marker(_TRIAL)} x",
        f"{end_marker(_TRIAL)}0",
        f"CPU: 0 PID: 7 Comm: {end_marker(_TRIAL)}",
        f"Comm: [    1.000000] {end_marker(_TRIAL)}",
        f"'{end_marker(_TRIAL)}'",
    ],
)
def test_a_marker_inside_a_message_is_none(line: str) -> None:
    """A task may be called anything, and its name is printed by the kernel."""
    text = _line(begin_marker(_TRIAL)) + _line(line) + _line("BUG: x")

    found = between_markers(text, _TRIAL)

    assert not found.ended
    assert found.text.endswith(_line("BUG: x"))


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "[    1.000000] ",
        "[    1.000000][   T36] ",
        "<5>[    1.000000] ",
        "[   T36] ",
        "printed without a newline[    1.000000] ",
        "1.5 [x] [    1.000000][  T1] ",
    ],
)
def test_markers_are_found_behind_every_prefix(prefix: str) -> None:
    """User space may have written to the console without ending its line."""
    text = f"{prefix}{begin_marker(_TRIAL)}\nx\n{prefix}{end_marker(_TRIAL)}\n"

    found = between_markers(text, _TRIAL)

    assert (found.text, found.began, found.ended) == ("x\n", True, True)


def test_a_marker_that_is_repeated_counts_once() -> None:
    """`** replaying previous printk message **` prints the last message again."""
    text = _line(begin_marker(_TRIAL)) * 2 + _line("x") + _line(end_marker(_TRIAL)) * 2

    assert between_markers(text, _TRIAL).text.endswith(_line("x"))


def test_a_line_with_several_stamps_was_torn() -> None:
    """Each stamp begins a message, and a message is no longer than 512 characters."""
    text = "user[    1.000000][  T1] one[    2.000000] two\r\n" + "x" * 600

    assert list(split_messages(text)) == ["user", "one", "two", "x" * 512]


def test_many_markers_take_time_in_proportion() -> None:
    """A console of thousands of trials is cut in one pass over it."""
    text = "".join(_trial("x", trial=f"n.{number}") for number in range(20_000))

    assert _line("x") == between_markers(text, "n.19999").text
    assert between_markers("bpf-harness: end " * 100_000, _TRIAL).text == ""

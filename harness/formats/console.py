"""Reads a guest's console: what is one kernel message, and which trial a message belongs to.

Knows printk's line prefix and the agent's markers; not what a message means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = "bpf-harness: begin "
_END = "bpf-harness: end "

_LINE_LIMIT = 512
"""Characters of a message that are looked at: a guest may write megabytes without a newline."""

_TORN_LIMIT = 256
"""Characters that user space may have left on the line before a marker."""

# kernel/printk/printk.c, info_print_prefix(): print_syslog() "<%u>", print_time() "[%5lu.%06lu]",
# print_caller() "[%6s]" of "T%u" (task) or "C%u" (CPU), then a space if there was any of them.
_STAMP = r"\[ {0,4}\d{1,10}\.\d{6}\]"
_PREFIX = rf"(?:<\d{{1,3}}>)?(?:{_STAMP})?(?:\[ {{0,5}}[TC]\d{{1,10}}\])? ?"
_PREFIX_OF_LINE = re.compile(_PREFIX)
_STAMP_IN_LINE = re.compile(_STAMP)
_REST_OF_LINE = re.compile(r"[ \t\r]{0,8}(?:\n|\Z)")
_STAMPED_PREFIX = re.compile(rf"(?:<\d{{1,3}}>)?{_STAMP}(?:\[ {{0,5}}[TC]\d{{1,10}}\])? ?")


@dataclass(frozen=True, slots=True)
class ConsoleSlice:
    """The part of a console that belongs to one trial, without the markers themselves."""

    text: str
    began: bool
    """Whether the marker before the trial was seen."""

    ended: bool
    """Whether the marker after it was seen; a lost guest never writes it."""


def begin_marker(trial: str) -> str:
    """The kernel message that the agent writes before a trial."""
    return _BEGIN + trial


def end_marker(trial: str) -> str:
    """The kernel message that the agent writes after a trial."""
    return _END + trial


def split_messages(text: str) -> Iterator[str]:
    """The messages of a console, without printk's prefix, carriage returns and trailing blanks.

    A line that holds several time stamps was torn by another writer and gives several messages.

    >>> list(split_messages("[    6.924348][   T36] Call Trace:\\r\\n# [    7.0] x"))
    ['Call Trace:', '# [    7.0] x']
    """
    for line in text.split("\n"):
        for piece in _pieces(line):
            message = piece[:_LINE_LIMIT].rstrip()
            yield message[_prefix_length(message) :]


def between_markers(text: str, trial: str) -> ConsoleSlice:
    """The text up to the marker after a trial, or to the end if the guest was lost.

    It begins after the last trial that ended before, so that no message is lost: neither what the
    kernel printed between the two nor, if the first marker is missing because the kernel dropped
    messages, what it printed during the trial. Text before the first trial belongs to booting.
    """
    begin = _find_marker(text, begin_marker(trial), 0)
    end = _find_marker(text, end_marker(trial), 0 if begin is None else begin[1])
    stop = len(text) if end is None else end[0]
    if begin is not None:
        earlier = _end_of_last_trial(text, begin[0])
        between = "" if earlier is None else text[earlier : begin[0]]
        return ConsoleSlice(between + text[begin[1] : stop], True, end is not None)
    start = _end_of_last_trial(text, stop)
    if start is None:
        start = 0 if end is not None else stop
    return ConsoleSlice(text[start:stop], False, end is not None)


def boot_messages(text: str) -> str:
    """The text before the first trial: what the kernel said while it booted."""
    first = _find_marker_of_any(text, _BEGIN)
    return text if first is None else text[:first]


def _pieces(line: str) -> Iterator[str]:
    """A line cut before every time stamp in it."""
    start = 0
    for stamp in _STAMP_IN_LINE.finditer(line):
        if stamp.start() > start:
            yield line[start : stamp.start()]
            start = stamp.start()
    yield line[start:]


def _prefix_length(line: str) -> int:
    match = _PREFIX_OF_LINE.match(line)
    return 0 if match is None else match.end()


def _find_marker(text: str, marker: str, start: int) -> tuple[int, int] | None:
    """Start and end (with its newline) of the first line whose whole message is the marker."""
    at = text.find(marker, start)
    while at >= 0:
        rest = _REST_OF_LINE.match(text, at + len(marker))
        line = _start_of_line(text, at)
        if rest is not None and line is not None:
            return line, rest.end()
        at = text.find(marker, at + 1)
    return None


def _end_of_last_trial(text: str, stop: int) -> int | None:
    """Where the text after the last end marker before `stop` begins."""
    at = text.rfind(_END, 0, stop)
    while at >= 0:
        if _start_of_line(text, at) is not None:
            newline = text.find("\n", at)
            return len(text) if newline < 0 else newline + 1
        at = text.rfind(_END, 0, at)
    return None


def _find_marker_of_any(text: str, word: str) -> int | None:
    at = text.find(word)
    while at >= 0:
        line = _start_of_line(text, at)
        if line is not None:
            return line
        at = text.find(word, at + 1)
    return None


def _start_of_line(text: str, at: int) -> int | None:
    """Where the line of a message that begins at `at` begins; None if none begins there.

    Only a line that does not begin with a stamp may be torn: user space wrote to the console
    without a newline. A stamp inside a stamped line is part of somebody's message.
    """
    bound = max(0, at - _TORN_LIMIT)
    start = text.rfind("\n", bound, at) + 1
    if start == 0 and bound > 0:
        return None
    before = text[start:at]
    if _PREFIX_OF_LINE.fullmatch(before):
        return start
    if _STAMPED_PREFIX.match(before):
        return None
    stamp = _STAMP_IN_LINE.search(before)
    torn = stamp is not None and _STAMPED_PREFIX.fullmatch(before, stamp.start())
    return start if torn else None

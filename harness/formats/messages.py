"""Finds expected messages in a log, in order, as the kernel's own loader does. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from harness.values.expectation import Message


class MismatchKind(Enum):
    """How a log fails to be the expected one."""

    MISSING = "not found"
    WRONG_LINE = "found, but not on the next line"
    UNEXPECTED = "found, and must not be there"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first message that does not fit."""

    kind: MismatchKind
    pattern: str
    after: str | None
    """The expected message before it, that was found; None if it is the first."""

    line: int | None = None
    """Line of the log, counted from 1, where it was found; None if it was not."""

    def __str__(self) -> str:
        where = "" if self.after is None else f" after {self.after!r}"
        line = "" if self.line is None else f" (line {self.line})"
        return f"{self.pattern!r} {self.kind.value}{where}{line}"


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    line: int


def match_messages(log: str, messages: Sequence[Message]) -> Mismatch | None:
    """None if the log is as expected, else the first message that does not fit.

    Each message is searched from the end of the match before it. One that must be absent is looked
    for between the matches of its neighbours, or up to the end of the log.
    """
    found = _find_in_order(log, messages)
    before: tuple[Message, _Found] | None = None
    for index, message in enumerate(messages):
        after = None if before is None else before[0].pattern.text
        if message.absent:
            mismatch = _check_absent(log, message, _span(log, found, index), after)
        else:
            mismatch = _check_present(message, found[index], before)
            before = _advance(message, found[index], before)
        if mismatch is not None:
            return mismatch
    return None


def messages_for(messages: Sequence[Message], arch: str | None) -> tuple[Message, ...]:
    """The messages about machine code that concern the architecture of that selftest name."""
    return tuple(m for m in messages if m.arch is None or m.arch == arch)


def _find_in_order(log: str, messages: Sequence[Message]) -> list[_Found | None]:
    found: list[_Found | None] = []
    at = line = counted = 0
    for message in messages:
        span = None if message.absent else message.pattern.search(log, at)
        if span is None:
            found.append(None)
            continue
        line += log.count("\n", counted, span[0])
        counted, at = span
        found.append(_Found(*span, line))
    return found


def _span(log: str, found: list[_Found | None], index: int) -> tuple[int, int]:
    before = next((f for f in reversed(found[:index]) if f is not None), None)
    after = next((f for f in found[index + 1 :] if f is not None), None)
    return (0 if before is None else before.end, len(log) if after is None else after.start)


def _advance(
    message: Message, found: _Found | None, before: tuple[Message, _Found] | None
) -> tuple[Message, _Found] | None:
    return before if found is None else (message, found)


def _check_present(
    message: Message, found: _Found | None, before: tuple[Message, _Found] | None
) -> Mismatch | None:
    after = None if before is None else before[0].pattern.text
    if found is None:
        return Mismatch(MismatchKind.MISSING, message.pattern.text, after)
    if message.on_next_line and before is not None and before[1].line + 1 != found.line:
        return Mismatch(MismatchKind.WRONG_LINE, message.pattern.text, after, found.line + 1)
    return None


def _check_absent(
    log: str, message: Message, span: tuple[int, int], after: str | None
) -> Mismatch | None:
    found = message.pattern.search(log, *span)
    if found is None:
        return None
    line = log.count("\n", 0, found[0]) + 1
    return Mismatch(MismatchKind.UNEXPECTED, message.pattern.text, after, line)

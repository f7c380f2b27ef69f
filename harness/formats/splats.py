"""Finds the kernel's own reports of something gone wrong (oops, WARN, stall …) in console text.

Knows how a report is laid out on each architecture; splat_rows.py knows what begins one, the judge
what it means for a trial.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from harness.formats.console import split_messages
from harness.formats.splat_rows import ROWS, Follows, Severity, SplatKind, SplatRow

MAX_SPLATS = 16
MAX_LINES = 64
"""Lines of one report that are kept."""

_REACH = 200
"""Messages after which a report that never says where it ends is over."""

_INTRODUCTION = 8
"""A WARN prints what it has to say between the "cut here" line and its title."""


@dataclass(frozen=True, slots=True)
class Splat:
    """One report."""

    name: str
    """Name of the row that caught it."""

    title: str
    """The message that begins it, as the kernel wrote it."""

    kind: SplatKind
    severity: Severity
    function: str | None
    """The function that was running (RIP, pc, NIP …) or the first telling one on its stack."""

    message: str
    """What a WARN or BUG said before its title; empty for others."""

    lines: tuple[str, ...]
    """The report without time stamps, at most MAX_LINES of it."""

    def __str__(self) -> str:
        text = self.title
        if self.function is not None and self.function not in self.title:
            text = f"{text} (in {self.function})"
        return f"{text}: {self.message}" if self.message else text


def find_splats(text: str) -> tuple[Splat, ...]:
    """The reports in a console text, in order, at most MAX_SPLATS: the worst are kept.

    The text may be torn, damaged and large; the time taken grows linearly with it.
    """
    reports = _collect(split_messages(text))
    worst = sorted(reports, key=lambda report: _badness(report.row))[-MAX_SPLATS:]
    return tuple(report.finish() for report in reports if report in worst)


class _Report:
    """A report that is being read; compared by identity."""

    __slots__ = ("_frame", "_function", "age", "ended", "introduction", "lines", "row", "title")

    def __init__(self, row: SplatRow, title: str, introduction: list[str]) -> None:
        self.row = row
        self.title = title
        self.introduction = introduction
        self.lines = [*introduction, title]
        self.age = 0
        self.ended = row.kind is SplatKind.TAINT  # Always a single line.
        self._function = _function_in_title(row, title)
        self._frame: str | None = None

    def add(self, message: str) -> None:
        """Takes one more line of the report."""
        if len(self.lines) < MAX_LINES:
            self.lines.append(message)
        self._function = self._function or _blamed(_RUNNING, message)
        self._frame = self._frame or _blamed(_FRAME, message)
        self.ended = _END.match(message) is not None

    def finish(self) -> Splat:
        while not self.lines[-1]:
            self.lines.pop()
        return Splat(
            name=self.row.name,
            title=self.title,
            kind=self.row.kind,
            severity=self.row.severity,
            function=self._function or self._frame,
            message=self.introduction[0] if self.introduction else "",
            lines=tuple(self.lines),
        )


def _collect(messages: Iterable[str]) -> list[_Report]:
    """All reports, at most MAX_SPLATS of each row."""
    reports: list[_Report] = []
    seen: Counter[str] = Counter()
    before: deque[str] = deque(maxlen=_INTRODUCTION)
    current: _Report | None = None
    for message in messages:
        if current is not None:
            current.age += 1
            current = current if current.age <= _REACH else None
        row = _match_row(message)
        if row is not None and (current is None or not _belongs(row, current)):
            current = _Report(row, message, _introduction(before))
            before.clear()
            seen[row.name] += 1
            if seen[row.name] <= MAX_SPLATS:
                reports.append(current)
        elif current is not None and not current.ended:
            current.add(message)
        before.append(message)
    return reports


def _match_row(message: str) -> SplatRow | None:
    match = _TITLE.match(message)
    return None if match is None or match.lastindex is None else ROWS[match.lastindex - 1]


def _belongs(row: SplatRow, current: _Report) -> bool:
    """Whether a title is only a further line of the report before it.

    Never of a milder one: a crash is not hidden by a note that happened to come before it.
    """
    if _badness(row) > _badness(current.row):
        return False
    if row.follows is Follows.SOON:
        return True
    return row.follows is Follows.INSIDE and not current.ended


def _introduction(before: Iterable[str]) -> list[str]:
    """What was said since the last "cut here" line; nothing if there is none."""
    said: list[str] = []
    cut = False
    for message in before:
        if _CUT_HERE.match(message):
            said, cut = [], True
        elif message:
            said.append(message)
    return said if cut else []


def _badness(row: SplatRow) -> int:
    return -list(Severity).index(row.severity)


def _function_in_title(row: SplatRow, title: str) -> str | None:
    match = re.match(row.pattern, title)
    return None if match is None else match.groupdict().get("function")


def _blamed(pattern: re.Pattern[str], message: str) -> str | None:
    match = pattern.search(message)
    if match is None or _NOT_TO_BLAME.fullmatch(match[1].partition(".")[0]):
        return None
    return match[1]


# Row patterns hold no group but `function`, so that lastindex is the row.
_TITLE = re.compile(
    "|".join("({})".format(row.pattern.replace("(?P<function>", "(?:")) for row in ROWS)
)

_CUT_HERE = re.compile(r"(?:8<-*|-{4,}\[) ?cut here")  # arm's begins with scissors

# A row of = signs closes a sanitizer's report and opens the next lockdep report.
_END = re.compile(r"---\[ end |={20,}$|bpf-harness: ")

_SYMBOL = r"([A-Za-z_][\w.]{0,255})\+0x[0-9a-f]{1,16}/0x"

_RUNNING = re.compile(
    r"^(?:"
    r"RIP: [0-9a-f]{4}:"  # x86
    r"|pc : "  # arm64
    r"|epc : "  # riscv
    r"|NIP \[[0-9a-f]{1,16}\] "  # powerpc
    r"|PC is at "  # arm
    r"|Krnl PSW : [0-9a-f]{1,16} [0-9a-f]{1,16} \("  # s390
    rf"){_SYMBOL}"
)

# ` f+0x1/0x2` (x86, arm64, riscv), `[<c01>] f+0x1/0x2` (s390), `[c01] [c02] f+0x1/0x2` (powerpc),
# ` f from g+0x1/0x2` (arm), `…, at: f+0x1/0x2` (lockdep). A frame with ? in front is a guess.
_FRAME = re.compile(
    rf"(?:^ {{0,4}}(?:\[<?[0-9a-f]{{1,16}}>?\] {{0,2}}){{0,2}}\(?|, at: | from ){_SYMBOL}"
)

# Functions that notice or report what another has done; `.cold`, `.isra.0` … taken off.
_NOT_TO_BLAME = re.compile(
    r"(?:dump_stack|dump_backtrace|unwind_backtrace|show_stack|show_regs|dump_header)\w*"
    r"|v?panic|nmi_panic|__warn\w*|warn_\w+|report_bug|__stack_chk_fail|oom_kill_process"
    r"|refcount_warn_saturate|debug_print_object|debug_check_no_obj_freed|usercopy_abort"
    r"|__check_(?:object_size|heap_object)|check_heap_object"
    r"|__list_(?:add|del_entry)_valid\w*|__?ubsan_\w+|ubsan_epilogue"
    r"|_*might_(?:resched|sleep)|__schedule\w*|schedule\w*|io_schedule\w*"
    r"|register_lock_class|_*lock_acquire|_raw_(?:spin|read|write)_\w+|\w*queued_spin_lock_slowpath"
    r"|_*(?:alloc|get_free)_(?:frozen_)?pages\w*|out_of_memory"
    r"|check_preemption_disabled|debug_smp_processor_id|spin_(?:dump|bug)|do_raw_spin_\w+"
    r"|lockdep_rcu_suspicious|bad_page|free_page_is_bad|slab_\w+|object_err|check_object|print_trailer"
)

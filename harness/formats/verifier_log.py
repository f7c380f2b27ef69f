"""The verifier's log: text in; statistics, the line that says why, and the line of C out.

Knows the forms that the log has had since Linux 5.10 (kernel/bpf/verifier.c, log.c). Bounded: the
log comes from the guest, and one pass from its end is all that any function here takes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A number that Python would refuse to convert, or take long over, is none of the kernel's.
_PROCESSED = re.compile(
    r"^processed (?P<insns>\d{1,20}) insns \(limit (?P<limit>\d{1,20})\)"
    r"(?: max_states_per_insn (?P<max_states>\d{1,20}))?"
    r"(?: total_states (?P<total_states>\d{1,20}))?"
    r"(?: peak_states (?P<peak_states>\d{1,20}))?"
    r"(?: mark_read (?P<mark_read>\d{1,20}))?",
    re.MULTILINE,
)
_TIME = re.compile(r"^verification time (\d{1,20}) usec$", re.MULTILINE)
_STACK = re.compile(r"^stack depth (\d{1,20}(?:\+\d{1,20})*)(?: max \d{1,20})?$", re.MULTILINE)

# `; return *value;` until 6.7, `; return *value; @ file.c:25` since.
_SOURCE = re.compile(r"; (?P<text>.*?)(?: @ (?P<file>\S+):(?P<line>\d{1,20}))?\Z")

# Lines that tell how the verifier got there, not why it stopped.
_PROGRESS = re.compile(
    r"""
    \s*\Z                                       # nothing
    | processed\ \d+\ insns
    | verification\ time\ \d+
    | stack\ depth\ \d+
    | (insns|stack)\ \w+:?\ \d+\Z
    | ;                                         # a line of C
    | \s*\d+:\ \([0-9a-f]{2}\)                  # an instruction
    | (\s*\d+:)?\s*(frame\d+:\s*)?(R\d+(_[a-z]+)?=|fp-\d+(_[a-z]+)?=)      # registers
    | \s*\d+:\s*(frame\d+:?)?\s*\Z
    | (\d+:|from\ \d+\ to\ \d+:)\ safe\Z
    | from\ \d+\ to\ \d+(\ \(speculative\ execution\))?:
    | (cur|old)\ state:
    | (caller|callee|returning\ from\ callee|to\ caller\ at\ \d+):\Z
    | mark_precise:
    | (last_idx|first_idx|regs=|parent\ |propagating\ )
    | func\#\d+\ @\d+\Z
    | Func\#\d+\ .*\ is\ (safe|global)
    | Validating\ .*\ func\#\d+\.\.\.\Z
    | Live\ regs\ before\ insn:\Z
    | \s*\d+:\ [.0-9]{10}\ \([0-9a-f]{2}\)      # live registers, of 6.15 and later
    | topo_order\[|subprog\#\d+|stack\ use/def  # first passes of 7.x
    | func\ '\S+'\ arg\d+\ has\ btf_id\ \d+\ type
    | arg\#\d+\ reference\ type\(               # said also of arguments that are never used
    """,
    re.VERBOSE,
)

# Says by how much, or which register; the line above says what was tried.
_FOLLOW_UP = re.compile(r"R\d+ (min value|max value|offset) is outside of the ")
_TRIED = re.compile(r"invalid access to ")


@dataclass(frozen=True, slots=True)
class VerifierStats:
    """What the verifier says about its own work. Fields a kernel does not print are None."""

    insns: int
    """Instructions processed, each as often as it was visited."""

    limit: int
    max_states_per_insn: int | None = None
    total_states: int | None = None
    peak_states: int | None = None
    mark_read: int | None = None
    time_us: int | None = None
    """Only with bit 4 of log_level, as are the stack depths."""

    stack_depths: tuple[int, ...] = ()
    """Bytes, of the main program and of each function it calls."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of C as the log shows it."""

    text: str
    file: str | None = None
    """Without folders; None before Linux 6.8."""

    line: int | None = None

    def __str__(self) -> str:
        return self.text if self.file is None else f"{self.file}:{self.line}: {self.text}"


def parse_stats(log: str) -> VerifierStats | None:
    """The last statistics in the log; None if it has none."""
    found = _last(_PROCESSED, log)
    if found is None:
        return None
    time, stack = _last(_TIME, log), _last(_STACK, log)
    return VerifierStats(
        insns=int(found["insns"]),
        limit=int(found["limit"]),
        max_states_per_insn=_number(found["max_states"]),
        total_states=_number(found["total_states"]),
        peak_states=_number(found["peak_states"]),
        mark_read=_number(found["mark_read"]),
        time_us=None if time is None else int(time[1]),
        stack_depths=() if stack is None else tuple(int(n) for n in stack[1].split("+")),
    )


def telling_line(log: str) -> str | None:
    """The line that says why the filter was refused; None if no line does.

    For `invalid access to map value, …` it comes with the line below, which says which bound was
    broken.
    """
    lines = _backwards(log)
    for line in lines:
        if _PROGRESS.match(line):
            continue
        if _FOLLOW_UP.match(line):
            above = next(lines, "")
            return f"{above}: {line}" if _TRIED.match(above) else line
        return line.strip()
    return None


def source_line(log: str, file: str | None = None) -> SourceLine | None:
    """The last line of C in the log, or the last that is in `file` (a name without folders)."""
    for line in _backwards(log):
        match = _SOURCE.match(line)
        if match is None or (file is not None and match["file"] != file):
            continue
        return SourceLine(match["text"].strip(), match["file"], _number(match["line"]))
    return None


def _backwards(log: str) -> Iterator[str]:
    """The lines from the last to the first, without holding them all."""
    end = len(log)
    while end > 0:
        start = log.rfind("\n", 0, end)
        yield log[start + 1 : end].rstrip("\r")
        end = start


def _last(pattern: re.Pattern[str], log: str) -> re.Match[str] | None:
    # The statistics are the end of the log; a line of C may quote anything, but above them.
    matches = list(pattern.finditer(log, max(0, len(log) - 4096)))
    return matches[-1] if matches else None


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)

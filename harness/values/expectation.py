"""What must happen to a filter, as the annotations above it say. No I/O, no judging.

Everything here holds for any kernel; what depends on the guest (byte order, architecture, mode,
release) is kept symbolic until the guest is known.
"""

import re
from dataclasses import dataclass, field, replace
from enum import Enum

from harness.values.arch import Arch, ByteOrder
from harness.values.byte_template import ByteTemplate
from harness.values.event import Event
from harness.values.mode import Mode
from harness.values.release import ReleaseRange, read_version
from harness.values.trigger import Trigger

_U32 = 1 << 32


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text to be found; with `{{…}}` in it, a regular expression."""

    text: str
    regex: re.Pattern[str] | None = field(default=None, compare=False, repr=False)
    """None for plain text."""

    def search(self, text: str, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """Where the first match at or after `start` begins and ends; None if there is none."""
        stop = len(text) if end is None else end
        if self.regex is None:
            found = text.find(self.text, start, stop)
            return None if found < 0 else (found, found + len(self.text))
        match = self.regex.search(text, start, stop)
        return None if match is None else match.span()


@dataclass(frozen=True, slots=True)
class Message:
    """One pattern and its place among the others."""

    pattern: Pattern
    absent: bool = False
    """It must not be found between the neighbours that must."""

    on_next_line: bool = False
    """It must be on the line after the one before it."""

    arch: str | None = None
    """For machine code: the selftests' name of the only architecture it is about."""


@dataclass(frozen=True, slots=True)
class Errno:
    """An error number by its name."""

    name: str
    number: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Retval:
    """The expected return value of a test run, compared as 32 bits."""

    value: int
    any_value: bool = False
    """POINTER_VALUE: the run must succeed, what it returns does not matter."""

    def matches(self, retval: int) -> bool:
        return self.any_value or (retval - self.value) % _U32 == 0

    def __str__(self) -> str:
        return "any value" if self.any_value else str(self.value)


@dataclass(frozen=True, slots=True)
class LoadExpectation:
    """What one load, privileged or not, and the run after it must give."""

    accepted: bool = True
    errno: Errno | None = None
    """Of a refusal; None if any will do."""

    messages: tuple[Message, ...] = ()
    xlated: tuple[Message, ...] = ()
    jited: tuple[Message, ...] = ()
    stderr: tuple[Message, ...] = ()
    stdout: tuple[Message, ...] = ()
    retval: Retval | None = None
    """None if the filter need not be run, or its return value does not matter."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What other releases of the kernel do with the same filter: messages and rules changed."""

    releases: ReleaseRange
    privileged: LoadExpectation
    unprivileged: LoadExpectation

    def apply(self, to: "Expectation") -> "Expectation":
        """The expectation on these releases. Loads that are no tests are none there either."""
        return replace(
            to,
            privileged=None if to.privileged is None else self.privileged,
            unprivileged=None if to.unprivileged is None else self.unprivileged,
            overlays=(),
        )


class JitCondition(Enum):
    """Whether the case applies only with the JIT on, or only with it off."""

    ON = "jited"
    OFF = "no_jited"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A key and its value in a table of the object."""

    table: str
    key: ByteTemplate
    value: ByteTemplate


@dataclass(frozen=True, slots=True)
class TableCount:
    """How many entries a table must have at the end."""

    table: str
    entries: int


@dataclass(frozen=True, slots=True)
class TailSlot:
    """A filter to be put into a slot of a prog_array before the run."""

    table: str
    index: int
    filter: str


@dataclass(frozen=True, slots=True)
class Endianness:
    """The only byte order a case is about, and why."""

    byte_order: ByteOrder
    reason: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """All that the annotations above one filter say."""

    privileged: LoadExpectation | None = field(default_factory=LoadExpectation)
    """None if only the unprivileged load is a test."""

    unprivileged: LoadExpectation | None = None
    """None if there is no unprivileged test."""

    description: str = ""
    auxiliary: bool = False
    """Not a test: loaded together with every privileged test of the object."""

    auxiliary_unpriv: bool = False
    log_level: int = 0
    log_always: bool = False
    flags_set: int = 0
    flags_clear: int = 0
    arches: tuple[str, ...] = ()
    """The selftests' names of the architectures it applies to; none means all."""

    caps_unpriv: int = 0
    """Mask of capabilities that the unprivileged load keeps."""

    jit: JitCondition | None = None
    linear_size: int = 0
    skip: str = ""
    """Why not to run it at all."""

    btf_path: str = ""
    btf_func_path: str = ""
    data: ByteTemplate | None = None
    data_out: ByteTemplate | None = None
    ctx: ByteTemplate | None = None
    puts: tuple[TableEntry, ...] = ()
    """Written before the run."""

    entries: tuple[TableEntry, ...] = ()
    """To be found after the run."""

    counts: tuple[TableCount, ...] = ()
    varying: tuple[str, ...] = ()
    """Tables that need not be equal in all modes."""

    tails: tuple[TailSlot, ...] = ()
    trace: tuple[Pattern, ...] = ()
    """To be found in the lines of the trace buffer, in this order."""

    modes: tuple[Mode, ...] = tuple(Mode)
    needs: tuple[str, ...] = ()
    endianness: Endianness | None = None
    events: tuple[Event, ...] = ()
    """What the filter is attached to; none means the event that its section names."""

    triggers: tuple[Trigger, ...] = ()
    """To be fired in the guest, in this order, while the filter is attached."""

    reads: tuple[Pattern, ...] = ()
    """To be found in the lines that the filter, an iterator, prints, in this order."""

    labels: tuple[str, ...] = ()
    repeat: int = 1
    overlays: tuple[Overlay, ...] = ()
    """At most one of them holds for a release."""

    def on_release(self, release: str) -> "Expectation":
        """What holds for a kernel that is made from that release of kernel.org."""
        version = read_version(release)
        if version is None:
            return self
        for overlay in self.overlays:
            if version in overlay.releases:
                return overlay.apply(self)
        return self

    @property
    def attaches(self) -> bool:
        """Whether the filter is attached to its events, and triggers fired or they are read."""
        return bool(self.triggers or self.reads)

    @property
    def test_runs(self) -> bool:
        """Whether a test run (BPF_PROG_TEST_RUN) is needed to see what is expected."""
        loads = (self.privileged, self.unprivileged)
        wanted = any(load is not None and load.retval is not None for load in loads)
        inputs = self.data is not None or self.ctx is not None or self.data_out is not None
        effects = bool(self.entries or self.counts or self.trace)
        return not self.attaches and (wanted or inputs or effects)

    def applies_to(self, arch: Arch) -> bool:
        """Whether the case is about that architecture."""
        if self.endianness is not None and self.endianness.byte_order is not arch.byte_order:
            return False
        return not self.arches or arch.selftest_name in self.arches

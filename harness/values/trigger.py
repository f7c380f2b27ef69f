"""Triggers: what makes events happen in the guest, and what came of one.

How they are written is in harness/formats/trigger_text.py, what they do in docs/triggers.md.
"""

from dataclasses import dataclass, field
from enum import Enum

from harness.values.byte_template import ByteTemplate


@dataclass(frozen=True, slots=True)
class StepResult:
    """`$2`: stands for what the second system call of the trigger gave."""

    step: int


Value = int | str | ByteTemplate | StepResult


class Kind(Enum):
    """What a trigger does, by its word."""

    SYSCALL = "syscall"
    PACKET = "packet"
    UDP = "udp"
    TCP = "tcp"
    UNIX = "unix"
    EXEC = "exec"
    FORK = "fork"
    READ = "read"
    WRITE = "write"
    SIGNAL = "signal"
    TIMER = "timer"
    CPU = "cpu"
    FAULT = "fault"
    TOUCH = "touch"

    @property
    def exchanges(self) -> bool:
        """Whether bytes are sent, to be received in the same guest."""
        return self in (Kind.PACKET, Kind.UDP, Kind.TCP, Kind.UNIX)


@dataclass(frozen=True, slots=True)
class Options:
    """How and where it is done."""

    cpu: int | None = None
    cgroup: str = ""
    """A folder below the root of cgroup2; made if it is not there, and then removed."""

    times: int = 1
    listen: str = ""
    """Where it is received, if not where it is sent to: an address or an interface."""

    listen_port: int = 0
    alone: bool = False
    """Nobody receives."""

    congestion: str = ""
    """The TCP congestion control of both ends."""


class Wanted(Enum):
    """What kind of result is expected."""

    SUCCESS = "success"
    ERRNO = "an errno"
    NUMBER = "a number"
    BYTES = "bytes"
    NOTHING = "nothing"
    SIGNAL = "a signal"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a trigger must give."""

    wanted: Wanted = Wanted.SUCCESS
    text: str = "success"
    number: int = 0
    """The errno, number or signal."""

    data: ByteTemplate | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger."""

    text: str
    """As written, for messages."""

    kind: Kind | None = None
    """None for a shell command, which the text then is."""

    steps: tuple[tuple[Value, ...], ...] = ()
    options: Options = field(default_factory=Options)
    expected: Expected = field(default_factory=Expected)

    def __str__(self) -> str:
        return self.text

    @property
    def may_be_silent(self) -> bool:
        """Whether it is expected that something may not arrive, and not worth a long wait."""
        return self.expected.wanted in (Wanted.NOTHING, Wanted.NUMBER, Wanted.ANY)


@dataclass(frozen=True, slots=True)
class TriggerResult:
    """What came of a trigger, as the guest says."""

    value: int = 0
    """What the last system call gave, how much arrived, an exit status."""

    errno: int = 0
    step: str = ""
    """What the errno is of: a system call, or a part of an exchange."""

    signal: int = 0
    """That ended it, or what it started."""

    data: bytes = b""
    """What arrived last, was read, or is in the buffers of the last system call."""

    timed_out: bool = False
    """It was ended because it took too long."""

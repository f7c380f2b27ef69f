"""One line of results.jsonl: everything a report says about one attempt at a trial.

The field names are a public contract; docs/results.md lists them.
"""

from dataclasses import dataclass, field

from harness.values.ballot import Ballot
from harness.values.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TriggerRecord:
    """A trigger that was fired, and what it gave."""

    trigger: str
    """As it was written."""

    result: str
    """In the words of docs/triggers.md: `17`, `nothing`, `killed:SIGSYS`, `EPERM in connect`."""

    errno: str | None = None
    """Its name, if that is what it gave."""

    data: str = ""
    """The bytes that came back, in hex."""


@dataclass(frozen=True, slots=True)
class Record:
    """The outcome of one attempt at one trial."""

    case: str
    """`cases/verifier/oob.bpf.c:oob_value`, with ` @unpriv` for the unprivileged load."""

    program: str
    group: str
    arch: str
    kernel: str
    """Release: `uname -r`."""

    kernel_source: str
    """How the user named it, and the package or path it came from."""

    mode: str
    verdict: Verdict
    duration_s: float
    attempt: int
    """1, or more: BROKEN and CRASHED trials are made again. Every attempt has its own record."""

    guest: str
    """Name of the guest: its folder in the report directory."""

    accel: str
    """`tcg` or `kvm`, with the reason in the guest's folder; `remote` on a machine not ours."""

    qemu: str
    """QEMU version."""

    cpu: str = ""
    """The CPU model that was asked for; empty for the default of the architecture."""

    jited: bool | None = None
    """None when nothing was loaded."""

    errno: int | None = None
    verifier_log: str = ""
    insns_processed: int | None = None
    retval: int | None = None
    jit_features: tuple[str, ...] | None = None
    """Features of the CPU that the machine code shows; None where nobody looked."""

    events: tuple[str, ...] = ()
    """Kinds of event that filters were attached to: `kprobe`, `fentry` …"""

    tables: tuple[str, ...] = ()
    """Types of the tables that they could reach: `hash`, `array` …"""

    triggers: tuple[TriggerRecord, ...] = ()
    """Those that were fired, as they ended."""

    final: bool = True
    """False for an attempt that was retried: it does not count in summaries."""

    reproducible: bool | None = None
    """Of a crash: whether it came again when the trial was run alone; None if it was not tried."""

    reproduce: str = ""
    """The command that runs this one trial again."""

    ballot: Ballot = field(default=(), compare=False, repr=False)
    """What it gave, to be compared with other machines; kept for the run, not in the file."""

    extra: dict[str, str] = field(default_factory=dict)

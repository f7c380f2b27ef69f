"""What was seen of a kernel during one trial. Facts only: no expectation, no verdict."""

from dataclasses import dataclass

from harness.values.autopsy import Autopsy
from harness.values.trigger import Trigger, TriggerResult


@dataclass(frozen=True, slots=True)
class LoadObservation:
    """What the kernel said to one program: BPF_PROG_LOAD and bpf_prog_info."""

    errno: int
    """0 if it was accepted."""

    log: str
    """The verifier log, whole unless `log_truncated`."""

    jited_size: int = 0
    """Bytes of machine code; 0 means the interpreter runs it."""

    xlated_size: int = 0
    verified_insns: int | None = None
    log_truncated: bool = False
    xlated: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.errno == 0

    @property
    def jited(self) -> bool:
        return self.jited_size > 0


@dataclass(frozen=True, slots=True)
class RunObservation:
    """What BPF_PROG_TEST_RUN gave back."""

    errno: int
    retval: int
    """Unsigned 32-bit."""

    data_out: bytes = b""
    ctx_out: bytes = b""


@dataclass(frozen=True, slots=True)
class TableContents:
    """A table as user space sees it; entries in the kernel's order."""

    name: str
    type: int
    entries: tuple[tuple[bytes, bytes], ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Objects:
    """Ids of what there is of BPF in a kernel, which gives no id twice: idr_alloc_cyclic()."""

    programs: frozenset[int] = frozenset()
    tables: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()
    btfs: frozenset[int] = frozenset()
    """Neither the kernel's own nor a module's."""

    def __sub__(self, others: "Objects") -> "Objects":
        return Objects(
            self.programs - others.programs,
            self.tables - others.tables,
            self.links - others.links,
            self.btfs - others.btfs,
        )

    def __and__(self, others: "Objects") -> "Objects":
        return self - (self - others)

    def __bool__(self) -> bool:
        return bool(self.programs or self.tables or self.links or self.btfs)


@dataclass(frozen=True, slots=True)
class Health:
    """The guest's state between trials."""

    boot_id: str
    taint: int
    """Bits of /proc/sys/kernel/tainted."""

    objects: Objects
    handles: int
    """What the agent still holds for the host: objects, raw programs and tables."""

    perf_events: int
    """Open descriptors, over all processes."""

    probes: int
    """Dynamic events that are defined in tracefs."""

    processes: int
    """Neither the agent's own nor the kernel's."""

    available_kb: int
    """MemAvailable of /proc/meminfo."""

    resident_kb: int
    """Of the agent itself, in KiB."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A sysctl that is not as it was."""

    name: str
    """As sysctl(8) writes it: kernel.panic."""

    before: str | None
    """None: there was no such setting, or it could not be read."""

    after: str | None


@dataclass(frozen=True, slots=True)
class Survival:
    """Evidence on whether the kernel came through the trial unharmed."""

    before: Health | None
    after: Health | None
    """None when the guest did not answer any more."""

    console: str = ""
    """Console output between this trial's markers, or to the end if the guest was lost."""

    lost: str | None = None
    """Why the guest was given up: panic, silence, closed channel, protocol error."""

    machine_fault: str | None = None
    """What befell the machine and was not the guest's doing, if the guest was lost by it."""

    autopsy: Autopsy | None = None
    """What was found in a guest that was lost by silence."""

    first_operation_done: bool = True
    """False when the guest was lost before it had served any operation of the trial."""

    settings: tuple[SettingChange, ...] = ()
    """Those that the trial left changed."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A trigger, and what came of it."""

    trigger: Trigger
    result: TriggerResult


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was seen in one trial of one filter."""

    load: LoadObservation | None
    run: RunObservation | None = None
    tables: tuple[TableContents, ...] = ()
    trace: tuple[str, ...] = ()
    fired: tuple[Fired, ...] = ()
    """Triggers in their order, without those that are shell commands."""

    lines: tuple[str, ...] = ()
    """What an iterator printed."""

    machine_code: bytes | None = None
    """What the JIT made of the filter, empty if it made nothing; None if nobody looked."""

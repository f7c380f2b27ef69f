"""A feature that a kernel may lack: how to find out, and since when nobody may lack it.

Data only: who probes and who accuses is elsewhere.
"""

from dataclasses import dataclass

from harness.values.arch import Arch
from harness.values.event import Event
from harness.values.insn import Insn
from harness.values.release import Version
from harness.values.table_row import Operation


@dataclass(frozen=True, slots=True)
class ShellProbe:
    """There if a shell command in the guest ends with status 0."""

    command: str
    asks_mode: bool = False
    """Whether it looks at net.core.bpf_jit_enable."""


@dataclass(frozen=True, slots=True)
class LoadProbe:
    """There if a program is accepted and, in a mode that JITs, comes out as machine code."""

    insns: tuple[Insn, ...]
    program_type: int
    flags: int = 0
    table: "TableProbe | None" = None
    """What its wide loads (BPF_LD | BPF_IMM | BPF_DW) are the address of."""


@dataclass(frozen=True, slots=True)
class RunProbe:
    """There if a program is accepted, JITed where it must be, and returns what it should."""

    insns: tuple[Insn, ...]
    program_type: int
    retval: int
    flags: int = 0
    cpu: int | None = None
    """Where to run it; None leaves it to the kernel."""


@dataclass(frozen=True, slots=True)
class SelfContainedProbe:
    """There if a program is accepted, and calls nothing when it is left to the interpreter.

    For instructions that the verifier may replace by a call that only machine code can make.
    """

    insns: tuple[Insn, ...]
    program_type: int


@dataclass(frozen=True, slots=True)
class AttachProbe:
    """There if a program can be loaded and attached, that many times at once."""

    insns: tuple[Insn, ...]
    program_type: int
    event: Event
    attach_type: int = 0
    function: str = ""
    """The kernel function that a tracing program is loaded for."""

    times: int = 1
    flags: int = 0
    again: bool = False
    """Whether it is attached and detached before."""

    command: str = ""
    """Shell command that must end with status 0 while it is attached."""


@dataclass(frozen=True, slots=True)
class TypesProbe:
    """There if the kernel's types (BTF) have that name: of a function, of a member."""

    name: str


@dataclass(frozen=True, slots=True)
class HelperProbe:
    """There if the verifier knows the helper in programs of that type."""

    helper: int
    program_type: int


@dataclass(frozen=True, slots=True)
class TableProbe:
    """There if such a table can be created; sizes in bytes."""

    type: int
    key_size: int
    value_size: int
    entries: int
    flags: int = 0
    of_tables: bool = False
    """Its values are tables: it is made with a pattern for them."""

    extra: int = 0
    """map_extra, where the type has one."""

    with_types: bool = False
    """It is made with BTF that says what key and value are."""

    frozen: bool = False
    """User space has given up writing to it."""


@dataclass(frozen=True, slots=True)
class OperationProbe:
    """There if user space can do that with an entry of such a table, which is added before."""

    table: TableProbe
    operation: Operation
    flags: int = 0
    """Of that operation, BPF_F_*."""

    owner: str = ""
    """What the value belongs to where keys are descriptors: `udp` or `process`."""


@dataclass(frozen=True, slots=True)
class SlotProbe:
    """There if a program that was put into a slot of a prog_array is found there."""

    insns: tuple[Insn, ...]
    program_type: int
    table: TableProbe
    slot: int


@dataclass(frozen=True, slots=True)
class StreamProbe:
    """There if a stream goes on that a parser divided, and a verdict dropped message by message.

    Both are programs of sk_skb with one wide load, the address of the sockmap.
    """

    parser: tuple[Insn, ...]
    verdict: tuple[Insn, ...]
    table: TableProbe
    data: bytes


Probe = (
    ShellProbe
    | LoadProbe
    | RunProbe
    | SelfContainedProbe
    | AttachProbe
    | TypesProbe
    | HelperProbe
    | TableProbe
    | SlotProbe
    | OperationProbe
    | StreamProbe
)

Later = tuple[tuple[Arch, Version | None], ...]
"""Architectures with their own first release; None if no release of theirs has it yet."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a case may need."""

    name: str
    probe: Probe
    since: Version
    """The first release that has it, where nothing else is said."""

    options: tuple[str, ...] = ()
    """Kernel options that must all be on for it, beside BPF itself."""

    cpus: int = 1
    """How many the guest's machine must have for it."""

    elsewhere: Later = ()
    """Where the first release is another one."""

    jit_elsewhere: Later = ()
    """Where the JIT came later than the interpreter."""

    jit_only: bool = False
    """The interpreter cannot have it."""

    lost: Version | None = None
    """The release that took it away by mistake; nobody is accused from there on."""

    bug: str = ""
    """For what a kernel ought to have and lacks by mistake: the mistake, and where it is."""

    @property
    def per_mode(self) -> bool:
        """Whether the answer of the JIT and that of the interpreter may differ."""
        if isinstance(self.probe, ShellProbe):
            return self.probe.asks_mode
        return isinstance(self.probe, LoadProbe | RunProbe | SelfContainedProbe)

    def first_release(self, arch: Arch, *, jits: bool) -> Version | None:
        """Of that architecture; None if no release has it yet."""
        if self.jit_only and not jits:
            return None
        later = self.elsewhere + (self.jit_elsewhere if jits else ())
        return dict(later).get(arch, self.since)

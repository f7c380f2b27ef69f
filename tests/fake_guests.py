"""Guests of a kernel that is a Python object, a pool that lends them, and cases for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.boot.command import Hardware
from harness.channels.fake import Handler
from harness.formats.object_file import ObjectFile
from harness.guest.guest import Guest
from harness.runner.batch import BatchRunner, Isolation
from harness.runner.cases import Case, Seen
from harness.runner.filter_case import FilterCase
from harness.runner.known_features import KnownFeatures
from harness.runner.loadable import Loadable
from harness.runner.pool import Lent
from harness.runner.target import Target
from harness.values.accel import Accel, AccelProof
from harness.values.arch import X86_64, ByteOrder
from harness.values.case import CaseId
from harness.values.errors import BootError
from harness.values.expectation import Expectation, LoadExpectation, Retval
from harness.values.filter_spec import FilterSpec
from harness.values.image import Image
from harness.values.kernel import Kernel
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.table_spec import TableSpec
from harness.values.verdict import Outcome, Verdict
from harness.vm.fake import FakeVm

WARN = """\
[    2.814094] ------------[ cut here ]------------
[    2.814598] WARNING: CPU: 0 PID: 145 at kernel/bpf/core.c:21 bpf_spoilt+0x1a/0x30
[    2.816037] RIP: 0010:bpf_spoilt+0x1a/0x30
[    2.822088] ---[ end trace 0000000000000000 ]---
"""
_ENOENT = 2
PANIC = "[    3.100000] Kernel panic - not syncing: sysrq triggered crash\n"

TARGET = Target(
    Kernel(X86_64, "6.12.1-fake", Path("k"), None, None, "debian:6.12", "fake", "0" * 64),
    Image(Path("i"), "d" * 64, "build"),
    Hardware(Accel.TCG),
    AccelProof(Accel.TCG, "a test"),
    "7.2.0",
    None,
)


class FakeKernel:
    """What one guest runs on. Tests replace the handlers whose answers they are about."""

    def __init__(self) -> None:
        self.vm: FakeVm
        self.jit = False
        self.handlers: dict[str, Handler] = {
            "write_file": self._write_file,
            "load": self._load,
            "run": self._run,
            "table_dump": lambda request: {"errno": 0, "keys": b"", "values": b"", "more": False},
            "read_file": lambda request: {"errno": _ENOENT, "data": b""},
        }

    def die(self, last_words: str = "") -> dict[str, Any]:
        """End the guest in the middle of a request."""
        self.vm.write_console(last_words)
        self.vm.channel.cut()
        return {}

    def _write_file(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["path"].endswith("bpf_jit_enable"):
            self.jit = request["data"] != b"0"
        return {"errno": 0}

    def _load(self, request: dict[str, Any]) -> dict[str, Any]:
        names = request["programs"] or ["seven"]
        return load_reply(name=names[0], jited_size=100 if self.jit else 0)

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        return run_reply(7)


Change = Callable[[FakeKernel], None]


def booted(*changes: Change) -> Callable[[int], FakeKernel]:
    """For FakeGuests.boot: the first guests differ as the changes say, those after are sound."""

    def boot(number: int) -> FakeKernel:
        kernel = FakeKernel()
        if number <= len(changes):
            changes[number - 1](kernel)
        return kernel

    return boot


def serving(operation: str, handler: Callable[[FakeKernel], dict[str, Any]]) -> Change:
    """A guest that answers one operation in its own way."""

    def change(kernel: FakeKernel) -> None:
        kernel.handlers[operation] = lambda request: handler(kernel)

    return change


def load_reply(**differing: object) -> dict[str, Any]:
    """What the agent answers to the load of the filter `seven`, accepted unless said otherwise."""
    program: dict[str, object] = {
        "name": "seven",
        "section": "socket",
        "errno": 0,
        "log": b"",
        "log_truncated": False,
        "jited_size": 0,
        "xlated_size": 16,
        "verified_insns": 2,
        "tag": b"\xab" * 8,
        "places": [],
        "lengths": [],
    }
    return {"errno": 0, "message": b"", "programs": [program | differing], "tables": []}


def run_reply(retval: int) -> dict[str, Any]:
    return {"errno": 0, "retval": retval, "data_out": b"", "ctx_out": b"", "duration_ns": 1}


@dataclass
class FakeGuests:
    """Guests, each on a kernel of its own, made by `boot(number)`, which may raise BootError."""

    folder: Path
    boot: Callable[[int], FakeKernel]
    timeout_s: float = 0.2
    idle: list[Lent] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    boots: int = 0

    def take(self, *, fresh: bool = False) -> Lent:
        if self.idle and not fresh:
            return self.idle.pop()
        self.boots += 1
        kernel = self.boot(self.boots)
        name = f"guest-{self.boots}"
        kernel.vm = FakeVm(self.folder / f"{name}.log", kernel.handlers)
        guest = Guest(kernel.vm, timeout_s=self.timeout_s)
        return Lent(name, guest, guest.health())

    def give_back(self, lent: Lent) -> None:
        self.idle.append(lent)

    def discard(self, lent: Lent) -> None:
        lent.guest.stop()
        self.discarded.append(lent.name)


@dataclass(frozen=True)
class ScriptedCase:
    """A case that does in the guest what a test says."""

    name: str
    act: Callable[[Guest], object] = lambda guest: guest.health()
    modes: tuple[Mode, ...] = (Mode.INTERP,)
    needs: tuple[str, ...] = ()

    @property
    def id(self) -> CaseId:
        return CaseId("cases/fake/case.py", self.name)

    def at_once(self, guest: Guest) -> bool:
        return False

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        return lambda: self.run(guest, mode)

    def run(self, guest: Guest, mode: Mode) -> Seen:
        self.act(guest)
        return Seen(Verdict(Outcome.PASSED, "as expected"))


def seven(
    expectation: Expectation | None = None,
    *,
    tables: tuple[TableSpec, ...] = (),
    section: str = "socket",
    name: str = "seven",
    data: bytes = b"object",
) -> FilterCase:
    """A filter whose test run must return 7, unless it is expected to do something else."""
    if expectation is None:
        expectation = Expectation(privileged=LoadExpectation(retval=Retval(7)))
    spec = FilterSpec(name, section, 2, "GPL")
    obj = ObjectFile(ByteOrder.LITTLE, "GPL", (spec,), tables)
    case_id = CaseId("cases/fake/seven.bpf.c", name)
    return FilterCase(Loadable(case_id, data, obj, spec, expectation))


def run_cases(
    guests: FakeGuests,
    *cases: Case,
    modes: tuple[Mode, ...] = tuple(Mode),
    isolation: Isolation = Isolation.BATCH,
    target: Target = TARGET,
) -> list[Record]:
    """All records of one batch."""
    records: list[Record] = []
    known = KnownFeatures(target.kernel, target.hardware, guests.folder / "features")
    BatchRunner(target, guests, records.append, isolation, known).run(cases, modes)
    return records


def never_boots(number: int) -> FakeKernel:
    """For FakeGuests.boot."""
    raise BootError("QEMU did not start", remedy="install it")

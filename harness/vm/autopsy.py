"""Looks into a guest that has gone silent, while its QEMU still runs: CPUs, backtraces, memory.

Each question is asked for itself, so that one that is not answered costs no other its answer.
"""

import re
import shutil
import time
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Protocol, TypeVar

from harness.boot.command import CONSOLE
from harness.formats.console import split_messages
from harness.formats.registers import CpuState, read_registers
from harness.values.arch import Arch
from harness.values.autopsy import Autopsy, CodeRange
from harness.values.deadline import Deadline
from harness.values.errors import GuestError
from harness.vm.console import ConsoleLog
from harness.vm.places import AddressMap, gather
from harness.vm.plan import VmPlan
from harness.vm.qmp import Monitor
from harness.vm.symbols import find_symbols

T = TypeVar("T")

_SAMPLES = 8
_EVERY_S = 0.05

# drivers/tty/sysrq.c: sysrq_showallcpus_op and what it prints first, sysrq_crash_op.
_SHOW_ALL_CPUS = b"l"
_CRASH = b"c"
_BEGIN = re.compile(r"sysrq: Show backtrace of all active CPUs")
_END = "sysrq: Trigger a crash"

# The kernel waits ten seconds for CPUs that do not answer: lib/nmi_backtrace.c.
_FIRST_WORD_S = 5.0
_ALL_WORDS_S = 15.0
_QUIET_S = 1.0
_LOOK_S = 0.05

_MAX_BACKTRACE = 160
_MAX_WIDTH = 200

MEMORY = "memory.elf"
_DUMP_S = 120.0

# What must stay free on the disk beside the memory, for the reports of the run.
_MIN_FREE_BYTES = 2 * 1024**3
_MIB = 1024 * 1024


class Machine(Protocol):
    """The process that is QEMU: its standard input is the console's keyboard."""

    @property
    def exit_status(self) -> int | None: ...

    def type(self, keys: bytes) -> None: ...


def examine(
    plan: VmPlan,
    monitor: Monitor,
    machine: Machine,
    console: ConsoleLog,
    stext: int,
    code: Sequence[CodeRange],
) -> Autopsy:
    """All that can be found out, least disturbing first: what the kernel does is seen, its memory
    kept if the plan says so, and only then the kernel itself asked.
    """
    arch = plan.kernel.arch
    notes: list[str] = []
    symbols = find_symbols(plan.kernel.digest)
    if symbols is None or not stext:
        notes.append("no symbols: the kernel did not tell the addresses of its functions")
    addresses = AddressMap(symbols, stext, code, arch.registers.idle_functions)
    nothing: tuple[tuple[CpuState, ...], ...] = ()
    samples = _tried(lambda: sample_cpus(monitor, arch), notes, nothing)
    if plan.dump_memory:
        path = plan.folder / MEMORY
        size = (plan.hardware.memory_mib or arch.memory_mib) * _MIB
        _tried(lambda: notes.append(keep_memory(monitor, path, size)), notes, None)
    silence: tuple[str, ...] = ()
    backtrace = _tried(lambda: ask_for_backtraces(monitor, machine, console, arch), notes, silence)
    return Autopsy(gather(samples, addresses), backtrace, tuple(notes))


def sample_cpus(monitor: Monitor, arch: Arch) -> tuple[tuple[CpuState, ...], ...]:
    """All CPUs at several moments; raises GuestError if QEMU does not say."""
    samples = []
    for _ in range(_SAMPLES):
        text = monitor.human("info registers -a")
        samples.append(read_registers(text, arch.registers))
        time.sleep(_EVERY_S)
    if not any(samples):
        raise GuestError("QEMU's registers could not be read")
    return tuple(samples)


def ask_for_backtraces(
    monitor: Monitor, machine: Machine, console: ConsoleLog, arch: Arch
) -> tuple[str, ...]:
    """What the kernel prints at SysRq-l; raises GuestError if it prints nothing.

    A kernel that takes no interrupts any more on the CPU of its console cannot be asked so. One
    whose console has a thread that prints, and no CPU for it, prints only when it panics.
    """
    start = console.size()
    for key in (_SHOW_ALL_CPUS, _CRASH):
        if console.size() == start:
            _press(key, monitor, machine, arch)
            _wait_for_quiet(machine, console, start)
    messages = [message[:_MAX_WIDTH] for message in split_messages(console.read(start))]
    begin = next((at for at, text in enumerate(messages) if _BEGIN.match(text)), None)
    if begin is None:
        raise GuestError("the kernel printed nothing at SysRq-l: no backtraces")
    told = takewhile(lambda message: message != _END, messages[begin + 1 :])
    return tuple(message for message in told if message)[:_MAX_BACKTRACE]


def keep_memory(monitor: Monitor, path: Path, size: int) -> str:
    """Write the guest's memory, `size` bytes, to a new ELF core file; says where it is.

    Raises GuestError if there is no room or QEMU cannot write it; nothing is left then.
    """
    free = shutil.disk_usage(path.parent).free
    if free < size + _MIN_FREE_BYTES:
        raise GuestError(f"no room for the guest's memory: {free // _MIB} MiB are free")
    try:
        with path.open("wb") as file:
            monitor.dump_memory(file.fileno(), Deadline.after(_DUMP_S))
    except (GuestError, OSError) as error:
        path.unlink(missing_ok=True)
        raise GuestError(f"the guest's memory is not kept: {error}") from error
    return f"the guest's memory is in {path}"


def _press(key: bytes, monitor: Monitor, machine: Machine, arch: Arch) -> None:
    if arch.sysrq is None:
        monitor.command("chardev-send-break", id=CONSOLE)
    machine.type((arch.sysrq or b"") + key)


def _wait_for_quiet(machine: Machine, console: ConsoleLog, start: int) -> None:
    """Until the kernel has begun to print and has stopped again, or it is no use to wait."""
    first, last = Deadline.after(_FIRST_WORD_S), Deadline.after(_ALL_WORDS_S)
    size, quiet = start, first
    while machine.exit_status is None and not quiet.expired and not last.expired:
        time.sleep(_LOOK_S)
        now = console.size()
        if now != size:
            size, quiet = now, Deadline.after(_QUIET_S)


def _tried(ask: Callable[[], T], notes: list[str], otherwise: T) -> T:
    try:
        return ask()
    except GuestError as error:
        notes.append(error.message)
        return otherwise

"""What a Python scenario imports: the decorator, and the bench that the scenario works on.

>>> @scenario(modes="jit")
... def a_link_ends_with_its_filter(bench: Bench) -> None:
...     loaded = bench.load("count.bpf.c")
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, Protocol

from harness.formats.trigger_text import parse_trigger
from harness.guest.descriptors import Descriptor, DescriptorKind
from harness.guest.filters import FilterType, LoadedObject, LoadOptions
from harness.guest.guest import Guest
from harness.guest.links import Link
from harness.guest.streams import RecordStream
from harness.guest.table_errors import TableError
from harness.guest.tables import Table, Update
from harness.guest.trace import TraceLine, TraceStream
from harness.guest.triggers import Firing
from harness.judge.trigger import judge_trigger
from harness.toolchain.plain_filters import PlainFilters
from harness.values.arch import Arch
from harness.values.classic import ClassicInsn, pack_classic
from harness.values.errors import RefusedError, UsageError
from harness.values.event import Event, parse_event
from harness.values.mode import Mode
from harness.values.trigger import TriggerResult

__all__ = [
    "Bench",
    "ClassicInsn",
    "Descriptor",
    "DescriptorKind",
    "FilterType",
    "Firing",
    "Guest",
    "Link",
    "LoadOptions",
    "LoadedObject",
    "RecordStream",
    "RefusedError",
    "ScenarioSpec",
    "Table",
    "TableError",
    "TraceLine",
    "TraceStream",
    "TriggerResult",
    "Update",
    "UsageError",
    "refusal",
    "scenario",
]


P = ParamSpec("P")


class Compile(Protocol):
    """Turns a C file into an object for the guest's architecture."""

    def __call__(self, source: Path, /) -> bytes: ...

    def plain(
        self, source: Path, events: Mapping[str, Sequence[Event]], *, types: bool = True
    ) -> PlainFilters: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """A guest in the right mode, and the folder whose C files are at hand."""

    guest: Guest
    arch: Arch
    mode: Mode
    folder: Path
    compile: Compile = field(repr=False)

    def object(self, name: str) -> bytes:
        """The object of a C file that lies beside the scenario; raises CompileError."""
        return self.compile(self.folder / name)

    def load(self, name: str, options: LoadOptions | None = None) -> LoadedObject:
        """Compile a C file that lies beside the scenario and load all of it."""
        loaded = self.guest.load(self.object(name), options)
        assert loaded.loaded, f"{name} was refused: errno {loaded.errno}: {_why(loaded)}"
        return loaded

    def attach_plain(self, name: str, *, types: bool = True, **events: str) -> LoadedObject:
        """Compile a file as `bpf-harness run` does, load it and attach its functions.

        Without `types` the file knows none of the kernel's, and needs no BTF. `events` are the
        events by function: my_filter="raw_tp/netif_receive_skb".
        """
        wanted = {function: (parse_event(event),) for function, event in events.items()}
        filters = self.compile.plain(self.folder / name, wanted, types=types)
        loaded = self.guest.load(filters.compiled.data)
        assert loaded.loaded, f"{name} was refused: errno {loaded.errno}: {_why(loaded)}"
        for function, targets in filters.events.items():
            for event in targets:
                loaded.filters[function].attach(event)
        return loaded

    def classic(self, *insns: ClassicInsn) -> bytes:
        """A program for `attach_classic`, or for `bench.guest.shell(…, seccomp=…)`."""
        return pack_classic(insns, self.arch.byte_order)

    def attach_classic(self, program: bytes, event: str) -> Link:
        """Put a classic program on a socket, as SO_ATTACH_FILTER does; raises AttachError."""
        return Link.attach_classic(self.guest.connection, program, parse_event(event))

    def fire(self, text: str) -> TriggerResult:
        """Fire a trigger of docs/triggers.md; what it gives must be what the text expects."""
        firing = self.start(text)
        result = firing.wait()
        difference = judge_trigger(firing.trigger, result, self.arch.byte_order)
        assert difference is None, "\n".join((difference.reason, *difference.evidence))
        return result

    def start(self, text: str) -> Firing:
        """Begin with a trigger; `.wait()` gives its result, which nobody has judged."""
        trigger = parse_trigger(text)
        if trigger.kind is None:
            raise UsageError(f"{text!r} is a shell command", remedy="use bench.guest.shell()")
        return self.guest.fire(trigger, self.arch.byte_order)

    def u32(self, number: int) -> bytes:
        """Four bytes in the guest's byte order; negative numbers as two's complement."""
        return (number % (1 << 32)).to_bytes(4, self.arch.byte_order.value)

    def u64(self, number: int) -> bytes:
        return (number % (1 << 64)).to_bytes(8, self.arch.byte_order.value)

    def number(self, data: bytes) -> int:
        """The unsigned number that the guest wrote as these bytes."""
        return int.from_bytes(data, self.arch.byte_order.value)


def refusal(operation: Callable[P, object], *args: P.args, **options: P.kwargs) -> int:
    """The errno with which the kernel refuses an operation on a table; 0 if it does not."""
    try:
        operation(*args, **options)
    except TableError as error:
        return error.errno
    return 0


def _why(loaded: LoadedObject) -> str:
    refused = [entry for entry in loaded.filters.values() if not entry.accepted]
    return refused[0].verdict.log[-500:] if refused else loaded.message[-500:]


ScenarioFunction = Callable[[Bench], None]


@dataclass(frozen=True, slots=True)
class ScenarioSpec:
    """A scenario as its file declares it."""

    name: str
    function: ScenarioFunction
    modes: tuple[Mode, ...]
    needs: tuple[str, ...]


def scenario(
    *, modes: str = "interp jit jit-harden", needs: str = ""
) -> Callable[[ScenarioFunction], ScenarioSpec]:
    """Declare a function as a case; `modes` and `needs` are words separated by blanks.

    An AssertionError is a FAILED verdict with its message; whatever the scenario leaves behind
    in the guest is undone after it.
    """

    def declare(function: ScenarioFunction) -> ScenarioSpec:
        return ScenarioSpec(
            function.__name__,
            function,
            tuple(Mode.parse(word) for word in modes.split()),
            tuple(needs.split()),
        )

    return declare

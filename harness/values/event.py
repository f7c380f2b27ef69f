"""What a filter is associated with, as text on the command line and in section names."""

from dataclasses import dataclass
from enum import Enum

from harness.values.errors import UnknownNameError


class EventKind(Enum):
    """The kinds of event, by the name libbpf gives them in section names."""

    KPROBE = "kprobe"
    KRETPROBE = "kretprobe"
    TRACEPOINT = "tracepoint"
    RAW_TRACEPOINT = "raw_tracepoint"
    TRACE = "trace"
    """Fixed when the filter is loaded: fentry, fexit, fmod_ret, tp_btf, lsm."""

    SOCKET = "socket"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `target` is what follows the slash: a function, category/name, an interface."""

    kind: EventKind
    target: str

    def __str__(self) -> str:
        if self.kind is EventKind.TRACE:
            # The target begins with fentry, tp_btf …, which is what people write.
            return self.target
        return f"{self.kind.value}/{self.target}"


# Section prefixes of libbpf's section_defs[] (src/libbpf.c), and our own socket/INTERFACE.
_PREFIXES: dict[str, EventKind] = {
    "kprobe": EventKind.KPROBE,
    "kretprobe": EventKind.KRETPROBE,
    "tracepoint": EventKind.TRACEPOINT,
    "tp": EventKind.TRACEPOINT,
    "raw_tracepoint": EventKind.RAW_TRACEPOINT,
    "raw_tp": EventKind.RAW_TRACEPOINT,
    "fentry": EventKind.TRACE,
    "fentry.s": EventKind.TRACE,
    "fexit": EventKind.TRACE,
    "fexit.s": EventKind.TRACE,
    "fmod_ret": EventKind.TRACE,
    "tp_btf": EventKind.TRACE,
    "lsm": EventKind.TRACE,
    "lsm.s": EventKind.TRACE,
    "socket": EventKind.SOCKET,
}

# With TRACE the prefix matters to the kernel (attach type), so the target keeps it.
_FORMS = "kprobe/FUNCTION kretprobe/FUNCTION tracepoint/CATEGORY/NAME raw_tp/NAME socket/INTERFACE"


def parse_event(text: str) -> Event:
    """An event from `kprobe/do_exit`, `tp/sched/sched_switch`, `raw_tp/sys_enter`, `socket/lo`.

    Raises UnknownNameError for a kind that is not in the table or a target of the wrong form.
    """
    prefix, _, target = text.removeprefix("?").partition("/")
    kind = _PREFIXES.get(prefix)
    if kind is None:
        raise UnknownNameError(f"unknown event {text!r}", remedy=f"write one of: {_FORMS}")
    if kind is EventKind.TRACE:
        target = f"{prefix}/{target}"
    _check_target(text, kind, target)
    return Event(kind, target)


def _check_target(text: str, kind: EventKind, target: str) -> None:
    words = target.split("/")
    wanted = 2 if kind in (EventKind.TRACEPOINT, EventKind.TRACE) else 1
    if len(words) != wanted or not all(words):
        raise UnknownNameError(
            f"event {text!r} does not say what to attach to", remedy=f"write one of: {_FORMS}"
        )

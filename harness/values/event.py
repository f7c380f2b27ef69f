"""What a filter is associated with, as text on the command line and in section names."""

from dataclasses import dataclass

from harness.values.errors import UnknownNameError
from harness.values.event_kind import Arguments, EventKind, EventRow
from harness.values.event_rows import EVENTS
from harness.values.near_names import near_names

_BY_KIND: dict[EventKind, EventRow] = {row.kind: row for row in EVENTS}
_BY_SECTION: dict[str, tuple[EventRow, ...]] = {
    section: tuple(row for row in EVENTS if section in row.sections)
    for found in EVENTS
    for section in found.sections
}

_FORMS = " ".join(row.form for row in EVENTS)


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `target` is what follows the slash: a function, category/name, an interface."""

    kind: EventKind
    target: str

    @property
    def row(self) -> EventRow:
        """What the table says of its kind."""
        return _BY_KIND[self.kind]

    @property
    def arguments(self) -> Arguments:
        """Its words as the agent's `attach` takes them; the form was checked when it was read."""
        return self.row.split(self.target) or {}

    @property
    def name(self) -> str:
        """What its kind is called where people count: `kprobe`, `fentry`, `tp_btf` …"""
        return (_section(self.target) or "") if self.row.keeps_section else self.kind.value

    def __str__(self) -> str:
        if self.row.keeps_section:
            return self.target
        section = self.row.form.partition("/")[0]
        return f"{section}/{self.target}" if self.target else section


def parse_event(text: str) -> Event:
    """An event from `kprobe/do_exit`, `tp/sched/sched_switch`, `raw_tp/sys_enter`, `socket/lo`.

    Raises UnknownNameError for a kind that is not in the table or a target of the wrong form.
    """
    text = text.removeprefix("?")
    section = _section(text)
    if section is None:
        raise UnknownNameError(f"unknown event {text!r}", remedy=_remedy(text))
    rows = _BY_SECTION[section]
    for row in rows:
        target = text if row.keeps_section else text[len(section) + 1 :]
        if row.split(target) is not None:
            return Event(row.kind, target)
    raise UnknownNameError(
        f"event {text!r} does not say what to attach to",
        remedy=f"write {' or '.join(row.form for row in rows)}",
    )


def misfit(section: str, event: Event) -> str | None:
    """Why a filter of that section cannot be attached to the event, in one line.

    None if it can be, as far as the table knows: what it does not have is left to the kernel.
    """
    section = section.removeprefix("?")
    own, row = _section(section), event.row
    if not row.attaches:
        return f"nothing is attached to {event}: {row.trigger} runs it"
    if own is None:
        return None
    if row.fixed:
        bound = str(event).partition(":")[0]
        # Without a target in it the load says which.
        if section in (bound, own) and own in row.sections:
            return None
        return f'a filter is bound to {event} when it is loaded: write SEC("{bound}")'
    if own in row.fitting:
        return None
    return f'{event} takes filters of SEC {" ".join(row.fitting)}, not of SEC("{section}")'


def _section(text: str) -> str | None:
    """The longest section of the table that the text begins with."""
    found = [s for s in _BY_SECTION if text == s or text.startswith(f"{s}/")]
    return max(found, key=len, default=None)


def _remedy(text: str) -> str:
    near = near_names(text.partition("/")[0], _BY_SECTION)
    if near:
        return f"near it: {' '.join(near)}"
    return f"write one of: {_FORMS}"

"""What a filter is associated with, as text on the command line and in section names."""

import difflib
from dataclasses import dataclass

from harness.values.errors import UnknownNameError
from harness.values.event_kind import Arguments, EventKind, EventRow
from harness.values.event_rows import EVENTS

_BY_KIND: dict[EventKind, EventRow] = {row.kind: row for row in EVENTS}
_BY_SECTION: dict[str, EventRow] = {section: row for row in EVENTS for section in row.sections}

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
        return f"{self.kind.value}/{self.target}"


def parse_event(text: str) -> Event:
    """An event from `kprobe/do_exit`, `tp/sched/sched_switch`, `raw_tp/sys_enter`, `socket/lo`.

    Raises UnknownNameError for a kind that is not in the table or a target of the wrong form.
    """
    text = text.removeprefix("?")
    section = _section(text)
    if section is None:
        raise UnknownNameError(f"unknown event {text!r}", remedy=_remedy(text))
    row = _BY_SECTION[section]
    target = text if row.keeps_section else text[len(section) + 1 :]
    if row.split(target) is None:
        raise UnknownNameError(
            f"event {text!r} does not say what to attach to", remedy=f"write {row.form}"
        )
    return Event(row.kind, target)


def _section(text: str) -> str | None:
    """The longest section of the table that the text begins with."""
    found = [s for s in _BY_SECTION if text == s or text.startswith(f"{s}/")]
    return max(found, key=len, default=None)


def _remedy(text: str) -> str:
    near = difflib.get_close_matches(text.partition("/")[0], _BY_SECTION, n=3)
    if near:
        return f"near it: {' '.join(near)}"
    return f"write one of: {_FORMS}"

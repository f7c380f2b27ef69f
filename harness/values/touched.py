"""What a trial was about: the kinds of event and the types of table that it worked with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Touched:
    """Names in alphabetical order, each once."""

    events: tuple[str, ...] = ()
    """What filters were attached to: `kprobe`, `fentry` …, as sections are called."""

    tables: tuple[str, ...] = ()
    """Types of the tables that could be reached: `hash`, `array` …"""

    @classmethod
    def of(cls, events: set[str], tables: set[str]) -> "Touched":
        return cls(tuple(sorted(events)), tuple(sorted(tables)))


NOTHING = Touched()

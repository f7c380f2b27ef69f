"""What a trial was about: kinds of event, types of table, and the triggers that were fired."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.values.observation import Fired


@dataclass(frozen=True, slots=True)
class Touched:
    """Names in alphabetical order, each once; triggers as they ended."""

    events: tuple[str, ...] = ()
    """What filters were attached to: `kprobe`, `fentry` …, as sections are called."""

    tables: tuple[str, ...] = ()
    """Types of the tables that could be reached: `hash`, `array` …"""

    fired: tuple[Fired, ...] = ()

    @classmethod
    def of(cls, events: set[str], tables: set[str], fired: Iterable[Fired] = ()) -> "Touched":
        return cls(tuple(sorted(events)), tuple(sorted(tables)), tuple(fired))


NOTHING = Touched()

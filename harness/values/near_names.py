"""Names that may have been meant by one that is in no table."""

import difflib
from collections.abc import Iterable

_SHOWN = 3


def near_names(name: str, known: Iterable[str], *, likeness: float = 0.6) -> tuple[str, ...]:
    """At most three, the nearest first; `likeness` 1 is the same name, 0 anything.

    >>> near_names("kprob", ("kprobe", "kretprobe", "xdp"))
    ('kprobe', 'kretprobe')
    """
    return tuple(difflib.get_close_matches(name, list(known), _SHOWN, likeness))

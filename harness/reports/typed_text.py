"""What was read by a shape, as text for people: C's initializers."""

import json

from harness.reports.text import scrub
from harness.values.shape import Shown, Word

# Elements of an array, members of a structure.
_MAX_PARTS = 64
_MAX_TEXT = 256


def format_shown(value: Shown) -> str:
    """One line, whatever the guest wrote.

    >>> format_shown({"name": "lo", "state": Word("UP"), "bytes": [1, 2]})
    '{.name = "lo", .state = UP, .bytes = [1, 2]}'
    """
    match value:
        case dict():
            parts = [f".{scrub(name)} = {format_shown(each)}" for name, each in value.items()]
            return f"{{{_joined(parts)}}}"
        case list():
            return f"[{_joined([format_shown(each) for each in value[:_MAX_PARTS]], len(value))}]"
        case Word():
            return scrub(value)
        case str():
            cut = value if len(value) <= _MAX_TEXT else value[:_MAX_TEXT] + "…"
            return scrub(json.dumps(cut, ensure_ascii=False))
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _joined(parts: list[str], count: int | None = None) -> str:
    left = (len(parts) if count is None else count) - _MAX_PARTS
    return ", ".join(parts[:_MAX_PARTS]) + (f", … {left} more" if left > 0 else "")

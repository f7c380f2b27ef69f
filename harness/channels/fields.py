"""Typed reading of what an agent answered. A guest is hostile: no field is believed untested."""

from collections.abc import Mapping
from typing import Any

from harness.values.errors import ProtocolError

_UINT64 = 1 << 64

# include/linux/err.h, MAX_ERRNO; libbpf's own begin at 4000.
_MAX_ERRNO = 4095


class Fields:
    """One map out of a reply; every getter raises ProtocolError if the guest sent something else.

    >>> Fields({"errno": 13}).integer("errno")
    13
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def integer(self, name: str) -> int:
        """An integer of at most 64 bits."""
        value = self.integer_or_none(name)
        if value is None:
            raise self._wrong(name, "an integer")
        return value

    def errno(self, name: str = "errno") -> int:
        """0, or the number of an error."""
        value = self.integer(name)
        if not 0 <= value <= _MAX_ERRNO:
            raise self._wrong(name, "an errno")
        return value

    def integer_or_none(self, name: str) -> int | None:
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _UINT64:
            raise self._wrong(name, "an integer")
        return value

    def boolean(self, name: str) -> bool:
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def data(self, name: str) -> bytes:
        value = self._body.get(name)
        if not isinstance(value, bytes):
            raise self._wrong(name, "bytes")
        return value

    def text(self, name: str) -> str:
        """A string; bytes are taken as UTF-8 with what is not replaced by U+FFFD."""
        value = self._body.get(name)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        return value

    def all_data(self, name: str) -> tuple[bytes, ...]:
        return tuple(self._items(name, bytes, "a list of bytes"))

    def all_integers(self, name: str) -> tuple[int, ...]:
        return tuple(self._items(name, int, "a list of integers"))

    def all_maps(self, name: str) -> tuple["Fields", ...]:
        return tuple(Fields(item) for item in self._items(name, dict, "a list of maps"))

    def pairs(self, name: str) -> tuple[tuple[bytes, bytes], ...]:
        """A list of [key, value] pairs of bytes."""
        pairs: list[tuple[bytes, bytes]] = []
        for item in self._items(name, list, "a list of pairs"):
            if len(item) != 2 or not all(isinstance(part, bytes) for part in item):
                raise self._wrong(name, "a list of pairs of bytes")
            pairs.append((item[0], item[1]))
        return tuple(pairs)

    def _items(self, name: str, kind: type, wanted: str) -> list[Any]:
        value = self._body.get(name)
        # Of what msgpack gives no type has others below it, and a list may have many items.
        if not isinstance(value, list) or not {kind}.issuperset(map(type, value)):
            raise self._wrong(name, wanted)
        return value

    def _wrong(self, name: str, wanted: str) -> ProtocolError:
        got = repr(self._body.get(name))
        shown = got if len(got) <= 80 else f"{got[:77]}..."
        return ProtocolError(f"the agent's reply has {name}={shown}, which is not {wanted}")

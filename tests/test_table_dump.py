"""Dumping a table page by page, from an agent that is a Python object."""

from pathlib import Path
from typing import Any

from harness.guest.guest import Guest
from harness.vm.fake import FakeVm

Reply = dict[str, Any]


def pages(*replies: Reply) -> tuple[Guest, list[bytes | None]]:
    """A guest whose table has these pages, and the cursors it is asked to go on from."""
    cursors: list[bytes | None] = []
    left = iter(replies)

    def dump(request: Reply) -> Reply:
        cursors.append(request["cursor"])
        return {"errno": 0} | next(left)

    handlers = {"table_create": lambda request: {"errno": 0, "id": 1}, "table_dump": dump}
    return Guest(FakeVm(Path("/dev/null"), handlers)), cursors


def test_a_dump_goes_on_where_the_agent_says_and_not_after_the_last_entry() -> None:
    """Keys without a value count too: a page may be empty in the middle of a table."""
    guest, cursors = pages(
        {"keys": b"ab", "values": b"12", "more": True, "cursor": b"c"},
        {"keys": b"", "values": b"", "more": True, "cursor": b"e"},
        {"keys": b"f", "values": b"3", "more": False, "cursor": None},
    )
    table = guest.table("slots", entries=9, key_size=1, value_size=1)

    assert table.dump() == ((b"a", b"1"), (b"b", b"2"), (b"f", b"3"))
    assert cursors == [None, b"c", b"e"]

"""Dumping a table page by page, from an agent that is a Python object."""

import errno
from pathlib import Path
from typing import Any

import pytest

import harness.guest.table_pages
from harness.guest.guest import Guest
from harness.guest.table_errors import TableError
from harness.guest.table_pages import MAX_DUMP
from harness.values.errors import ProtocolError, UsageError
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


def test_values_that_do_not_fit_their_keys_are_a_protocol_error() -> None:
    guest, _ = pages({"keys": b"abc", "values": b"12", "more": False, "cursor": None})
    table = guest.table("slots", entries=9, key_size=1, value_size=1)

    with pytest.raises(ProtocolError, match="3 bytes of keys and 2 of values"):
        table.dump()


def test_a_dump_that_has_to_begin_anew_does() -> None:
    """An rhash says EAGAIN where the key to go on from is gone."""
    guest, cursors = pages(
        {"keys": b"a", "values": b"1", "more": True, "cursor": b"c"},
        {"errno": errno.EAGAIN},
        {"keys": b"b", "values": b"2", "more": False, "cursor": None},
    )
    table = guest.table("slots", entries=9, key_size=1, value_size=1)

    assert table.dump() == ((b"b", b"2"),)
    assert cursors == [None, b"c", None]


def test_a_dump_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After twice what the table may hold, and not for ever again."""
    monkeypatch.setattr(harness.guest.table_pages, "_PAGE", 4)
    full = {"keys": bytes(4), "values": bytes(4), "more": True, "cursor": b"c"}
    guest, cursors = pages(*([full] * 100))
    table = guest.table("slots", entries=9, key_size=1, value_size=1)

    with pytest.raises(TableError) as caught:
        table.dump()
    assert caught.value.errno == errno.EAGAIN
    assert len(cursors) == 8 * 5


def test_a_table_too_large_for_a_dump_is_read_page_by_page() -> None:
    guest, _ = pages({"keys": b"a", "values": b"1", "more": False, "cursor": None})
    table = guest.table("slots", entries=MAX_DUMP + 1, key_size=1, value_size=1)

    with pytest.raises(UsageError, match="may have 4000001 entries, a dump at most 4000000"):
        table.dump()
    assert [len(page) for page in table.pages()] == [1]

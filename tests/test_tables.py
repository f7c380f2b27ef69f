"""harness.guest.tables: sizes, types and refusals, on a fake agent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.channels.fake import Handler
from harness.guest.guest import Guest
from harness.guest.tables import Table, TableError, table_type
from harness.values.errors import UsageError
from harness.vm.fake import FakeVm

MakeTable = Callable[..., Table]


@pytest.fixture
def make(tmp_path: Path) -> MakeTable:
    """A table of 4-byte keys and 6-byte values whose agent answers so."""

    def make_table(type: str = "hash", **handlers: Handler) -> Table:
        serving = {"table_create": lambda request: {"errno": 0}, **handlers}
        guest = Guest(FakeVm(tmp_path / "console.log", serving), timeout_s=0.2)
        return guest.table("ages", entries=9, key_size=4, value_size=6, type=type)

    return make_table


@pytest.mark.parametrize("key", [b"", b"abc", b"abcde"])
def test_a_key_of_the_wrong_size_is_refused_with_both_sizes(make: MakeTable, key: bytes) -> None:
    table = make()

    for operation in (table.lookup, table.remove, lambda key: table.add(key, bytes(6))):
        with pytest.raises(UsageError, match=f"the key is {len(key)} bytes long.*takes 4"):
            operation(key)


def test_a_value_of_the_wrong_size_is_refused(make: MakeTable) -> None:
    with pytest.raises(UsageError, match="the value is 4 bytes long, table ages takes 6"):
        make().add(bytes(4), bytes(4))


def test_a_per_cpu_table_takes_a_value_for_each_cpu(make: MakeTable) -> None:
    """Each rounded up to 8 bytes; the fake guest has two CPUs."""
    assert make("percpu_hash").value_size == 16


def test_an_unknown_type_names_the_known() -> None:
    with pytest.raises(UsageError, match="unknown table type 'tree'") as caught:
        table_type("tree")
    assert "percpu_hash" in str(caught.value)


def test_a_refusal_carries_errno_table_and_words(make: MakeTable) -> None:
    table = make(table_update=lambda request: {"errno": 7})

    with pytest.raises(TableError, match=r"cannot add to table ages: .* \(errno 7\)") as caught:
        table.add(bytes(4), bytes(6))
    assert caught.value.errno == 7

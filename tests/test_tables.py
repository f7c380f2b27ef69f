"""harness.guest.tables: sizes, types and refusals, on a fake agent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.channels.fake import Handler
from harness.guest.guest import Guest
from harness.guest.table_errors import TableError, table_type
from harness.guest.tables import Table, Update
from harness.values.errors import UnknownNameError, UsageError
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


@pytest.mark.parametrize(
    ("name", "near"),
    [("tree", "lpm_trie"), ("ring_buf", "ringbuf"), ("BPF_MAP_TYPE_HASH", "hash")],
)
def test_an_unknown_type_gets_the_names_near_to_it(name: str, near: str) -> None:
    with pytest.raises(UnknownNameError, match=f"unknown table type '{name}'") as caught:
        table_type(name)
    remedy = caught.value.remedy or ""
    assert remedy.startswith("did you mean: ")
    assert near in remedy.split()


def test_a_type_that_is_like_no_other_gets_all_names() -> None:
    with pytest.raises(UnknownNameError) as caught:
        table_type("x")
    assert "use one of: hash array prog_array" in str(caught.value)


def test_a_refusal_carries_errno_table_and_words(make: MakeTable) -> None:
    table = make(table_update=lambda request: {"errno": 7})

    with pytest.raises(TableError, match=r"cannot add to table ages: .* \(E2BIG\)") as caught:
        table.add(bytes(4), bytes(6))
    assert caught.value.errno == 7
    assert "it takes 9 entries" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("number", "said"), [(17, "EEXIST"), (2, "ENOENT"), (22, "EINVAL"), (1, "EPERM")]
)
def test_every_refusal_of_an_update_has_a_remedy(make: MakeTable, number: int, said: str) -> None:
    table = make(table_update=lambda request: {"errno": number})

    with pytest.raises(TableError, match=said) as caught:
        table.add(bytes(4), bytes(6))
    assert caught.value.remedy


def test_an_operation_that_a_type_lacks_is_told_with_those_that_it_has(make: MakeTable) -> None:
    """ENOTSUPP is no errno of user space: strerror() would call it unknown."""
    table = make("array", table_take=lambda request: {"errno": 524})

    with pytest.raises(TableError, match="cannot take from table ages: ENOTSUPP") as caught:
        table.take(bytes(4))
    assert "has no lookup_and_delete of a table of type array; it has: lookup update" in (
        caught.value.remedy or ""
    )


def test_values_of_cpus_are_padded_to_8_bytes_and_cut_again(make: MakeTable) -> None:
    table = make("percpu_hash")

    value = table.joined([b"abcdef", b"ghijkl"])

    assert value == b"abcdef\0\0ghijkl\0\0"
    assert table.split(value) == (b"abcdef", b"ghijkl")


def test_one_value_for_all_cpus_has_the_size_of_one(make: MakeTable) -> None:
    table = make("percpu_hash", table_update=lambda request: {"errno": 0})

    table.add(bytes(4), bytes(6), Update.ALL_CPUS)
    with pytest.raises(UsageError, match="the value is 16 bytes long, table ages takes 6"):
        table.add(bytes(4), bytes(16), Update.of_cpu(1))

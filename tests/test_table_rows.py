"""The table of tables, held against the kernel's own list and against what uses it."""

import re
from pathlib import Path

from harness.guest.feature_rows_tables import TYPE_FEATURES
from harness.values.table_row import Key, Operation, Origin
from harness.values.table_rows import TABLE_ROWS
from harness.values.table_spec import TABLE_TYPES, is_per_cpu

# enum bpf_map_type of include/uapi/linux/bpf.h in Linux 7.2.
KERNEL = Path(__file__).parent / "recorded" / "bpf_map_type.h"


def kernel_types() -> list[str]:
    """Names in the order of their numbers, as bpftool spells them."""
    names = re.findall(r"^\tBPF_MAP_TYPE_(\w+),$", KERNEL.read_text(), re.MULTILINE)
    return [name.removesuffix("_DEPRECATED").lower() for name in names]


def test_there_is_a_row_for_every_type_of_the_newest_kernel_in_its_order() -> None:
    assert kernel_types() == [row.name for row in TABLE_ROWS]


def test_every_type_but_unspec_is_a_feature() -> None:
    assert [feature.name for feature in TYPE_FEATURES] == list(TABLE_TYPES[1:])


def test_only_what_has_keys_is_walked_by_them() -> None:
    """A queue has entries and no keys; a storage has keys that are nobody's to list."""
    walked = {row.key for row in TABLE_ROWS if row.has(Operation.NEXT)}

    assert not walked & {Key.NONE, Key.OWNER}


def test_tables_without_keys_have_keys_of_no_size() -> None:
    wrong = [row.name for row in TABLE_ROWS[1:] if (row.key is Key.NONE) != (row.key_size == 0)]

    assert wrong == []


def test_descriptors_are_keys_of_four_bytes() -> None:
    owned = [row for row in TABLE_ROWS if row.key is Key.OWNER]

    assert {(row.key_size, row.origin) for row in owned} == {(4, Origin.TYPES)}


def test_per_cpu_types_are_those_that_say_so_by_name() -> None:
    """bpf_map_value_size() in kernel/bpf/syscall.c."""
    by_name = {number for number, name in enumerate(TABLE_TYPES) if "percpu" in name}

    assert by_name == {number for number in range(len(TABLE_TYPES) + 5) if is_per_cpu(number)}

"""Whether two modes did the same with one filter: return value, output, tables."""

from harness.judge.difference import Difference, compare_bytes, show_bytes
from harness.values.errnos import errno_name
from harness.values.mode import Mode
from harness.values.observation import Observation, RunObservation, TableContents
from harness.values.table_spec import is_per_cpu, table_type_name

# The key or the value is a file descriptor, an id or an address, new with every load.
_INCOMPARABLE = frozenset(
    {
        "prog_array",
        "perf_event_array",
        "stack_trace",
        "cgroup_array",
        "array_of_maps",
        "hash_of_maps",
        "sockmap",
        "sockhash",
        "sk_storage",
        "inode_storage",
        "task_storage",
        "cgrp_storage",
        "struct_ops",
    }
)


def compare(
    reference_mode: Mode,
    reference: Observation,
    mode: Mode,
    seen: Observation,
    *,
    varying: frozenset[str] = frozenset(),
) -> str | None:
    """The first difference between two modes, as one line; None if there is none.

    `varying` names what may differ for a good reason (time, addresses): `retval`, `data out`,
    `context out`, or a table.
    """
    difference = (
        _load_difference(reference, seen)
        or _run_difference(reference.run, seen.run, varying)
        or _table_difference(reference.tables, seen.tables, varying)
    )
    if difference is None:
        return None
    return f"differs between {reference_mode} (expected) and {mode}: {difference.reason}"


def is_comparable(table: TableContents) -> bool:
    """Whether the same program puts the same into such a table whenever it runs."""
    return table_type_name(table.type) not in _INCOMPARABLE


def _load_difference(reference: Observation, seen: Observation) -> Difference | None:
    if reference.load is None or seen.load is None:
        return None
    expected, actual = reference.load.errno, seen.load.errno
    if expected == actual:
        return None
    return Difference(f"load gave {_word_errno(actual)}, expected {_word_errno(expected)}")


def _word_errno(number: int) -> str:
    return errno_name(number) if number else "success"


def _run_difference(
    reference: RunObservation | None, seen: RunObservation | None, varying: frozenset[str]
) -> Difference | None:
    if reference is None or seen is None:
        if reference is seen:
            return None
        return Difference("was not run" if seen is None else "was run, expected not to be")
    if reference.errno != seen.errno:
        expected, actual = _word_errno(reference.errno), _word_errno(seen.errno)
        return Difference(f"test run gave {actual}, expected {expected}")
    if reference.retval != seen.retval and "retval" not in varying:
        return Difference(
            f"retval {seen.retval}, expected {reference.retval} "
            f"({seen.retval:#x} != {reference.retval:#x})"
        )
    outputs = (
        ("data out", reference.data_out, seen.data_out),
        ("context out", reference.ctx_out, seen.ctx_out),
    )
    for what, before, now in outputs:
        if what not in varying and (difference := compare_bytes(what, before, now)):
            return difference
    return None


def _table_difference(
    reference: tuple[TableContents, ...], seen: tuple[TableContents, ...], varying: frozenset[str]
) -> Difference | None:
    names = tuple(table.name for table in reference)
    if names != tuple(table.name for table in seen):
        tables = " ".join(table.name for table in seen) or "none"
        return Difference(f"tables {tables}, expected {' '.join(names) or 'none'}")
    for before, now in zip(reference, seen, strict=True):
        if before.name in varying or not is_comparable(before):
            continue
        difference = _entry_difference(before, now)
        if difference is not None:
            return difference
    return None


def _entry_difference(reference: TableContents, seen: TableContents) -> Difference | None:
    """Entries by key: hash tables give them in the order of a seed made at every load."""
    expected, actual = _by_key(reference), _by_key(seen)
    keys = expected.keys() | actual.keys()
    if reference.truncated or seen.truncated:
        # The parts that were read need not hold the same keys.
        keys = expected.keys() & actual.keys()
    for key in sorted(keys):
        before, now = expected.get(key), actual.get(key)
        if before != now:
            return Difference(
                f"table {seen.name}[{show_bytes(key)}] is {_word_value(now)}, "
                f"expected {_word_value(before)}"
            )
    return None


def _by_key(table: TableContents) -> dict[bytes, bytes]:
    if not is_per_cpu(table.type):
        return dict(table.entries)
    return {key: _any_cpu(value) for key, value in table.entries}


def _any_cpu(value: bytes) -> bytes:
    """The values of all CPUs in an order that does not depend on which CPU ran the filter.

    The size of one value is not known here, only that it is a multiple of 8 bytes.
    """
    return b"".join(sorted(value[start : start + 8] for start in range(0, len(value), 8)))


def _word_value(value: bytes | None) -> str:
    return "missing" if value is None else show_bytes(value)

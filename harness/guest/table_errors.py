"""How the kernel refuses an operation on a table, and what could be done about it."""

import errno as numbers
import os

from harness.values.errnos import errno_name
from harness.values.errors import RefusedError, UnknownNameError
from harness.values.near_names import near_names
from harness.values.table_row import Operation
from harness.values.table_rows import TABLE_ROWS
from harness.values.table_spec import TABLE_TYPES, TableSpec

# `lru` is as near as that to `lru_hash`.
_LIKENESS = 0.5


class TableError(RefusedError):
    """The kernel refused an operation on a table; carries its errno."""

    def __init__(
        self, doing: str, spec: TableSpec, errno: int, operation: Operation | None = None
    ) -> None:
        name = errno_name(errno)
        said = f"{os.strerror(errno)} ({name})" if errno in numbers.errorcode else name
        super().__init__(
            f"cannot {doing} table {spec.name}: {said}",
            errno,
            remedy=_remedy(spec, errno, operation),
        )


def _remedy(spec: TableSpec, errno: int, operation: Operation | None) -> str | None:
    row = TABLE_ROWS[spec.type] if spec.type < len(TABLE_ROWS) else None
    if operation is None or row is None:
        return None
    if not row.has(operation):
        known = " ".join(each.value for each in row.operations)
        return f"user space has no {operation.value} of a table of type {row.name}; it has: {known}"
    if operation in (Operation.UPDATE, Operation.UPDATE_BATCH):
        return _REMEDIES.get(errno, "").format(entries=spec.entries) or None
    return None


_REMEDIES = {
    numbers.E2BIG: "it takes {entries} entries: remove one, or make a larger table",
    numbers.EEXIST: "the key is there already, and Update.ONLY_NEW was asked for",
    numbers.ENOENT: "the key is not there, and Update.ONLY_EXISTING was asked for",
    numbers.EINVAL: "the flags, or the value, are not among those that this type takes",
    numbers.EPERM: "the table is frozen, or was made with BPF_F_RDONLY",
}


def table_type(name: str) -> int:
    """The kernel's number of a map type, `hash` for example; raises UnknownNameError."""
    if name in TABLE_TYPES[1:]:
        return TABLE_TYPES.index(name)
    plain = name.lower().removeprefix("bpf_map_type_").replace("-", "_")
    near = near_names(plain, TABLE_TYPES[1:], likeness=_LIKENESS)
    names = near or TABLE_TYPES[1:]
    raise UnknownNameError(
        f"unknown table type {name!r}",
        remedy=f"{'did you mean' if near else 'use one of'}: {' '.join(names)}",
    )

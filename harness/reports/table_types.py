"""The table of tables as the page for people shows it."""

from harness.values.table_row import Origin, TableRow
from harness.values.table_rows import TABLE_ROWS

HEAD = (
    "| type | since | key | value | operations of user space | made of |",
    "|---|---|---|---|---|---|",
)

_MADE = {
    Origin.SIZES: "sizes",
    Origin.TYPES: "types (BTF)",
    Origin.KERNEL_TYPE: "a type of the kernel",
}


def type_lines() -> list[str]:
    """A row of Markdown for each type but `unspec`."""
    return [_line(row) for row in TABLE_ROWS[1:]]


def _line(row: TableRow) -> str:
    since = f"{row.since[0]}.{row.since[1]}"
    operations = " ".join(operation.value for operation in row.operations)
    name = f"{row.name}, per CPU" if row.per_cpu else row.name
    cells = (name, since, row.key.value, row.value, operations, _MADE[row.origin])
    return f"| {' | '.join(cells)} |"

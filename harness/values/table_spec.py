"""What an object file says about a table (a BPF map); nothing of it exists in a kernel yet."""

from dataclasses import dataclass, field
from enum import Enum

from harness.values.layout import Layout
from harness.values.shape import Shape
from harness.values.table_rows import TABLE_ROWS

# By number. 19 and 21 were renamed upstream when their successors came; the numbers did not change.
TABLE_TYPES: tuple[str, ...] = tuple(row.name for row in TABLE_ROWS)


def table_type_name(number: int) -> str:
    """The name of a map type; `type 99` for one newer than the list."""
    return TABLE_TYPES[number] if number < len(TABLE_TYPES) else f"type {number}"


def is_per_cpu(number: int) -> bool:
    """Whether user space sees one value of such a table for each possible CPU."""
    return number < len(TABLE_ROWS) and TABLE_ROWS[number].per_cpu


class TableOrigin(Enum):
    """Where in the object a table comes from."""

    DEFINED = "defined"
    """Written by the author: a variable in the section `.maps`."""

    RODATA = "rodata"
    DATA = "data"
    BSS = "bss"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table as the object file describes it. Sizes are in bytes."""

    name: str
    """The C variable, or for the compiler's own tables the section, such as `.bss`."""

    type: int
    key_size: int
    value_size: int
    entries: int
    """max_entries; 0 where the kernel or libbpf chooses (perf_event_array, struct_ops)."""

    flags: int = 0
    origin: TableOrigin = TableOrigin.DEFINED
    extra: int = field(default=0, kw_only=True)
    """map_extra, of the types that have one: a bloom_filter's hashes, an arena's address."""

    types: bytes = field(default=b"", kw_only=True, repr=False)
    """BTF to create it with, in which type 1 is the key's and type 3 the value's."""

    inner: "TableSpec | None" = None
    """What the slots of an array_of_maps or hash_of_maps hold."""

    key_layout: Layout | None = field(default=None, compare=False, repr=False)
    """How its keys and values are made of numbers; None where their type does not say."""

    value_layout: Layout | None = field(default=None, compare=False, repr=False)
    key_shape: Shape | None = field(default=None, compare=False, repr=False)
    """What its keys and values are by name; None where the object does not say."""

    value_shape: Shape | None = field(default=None, compare=False, repr=False)
    record_shape: Shape | None = field(default=None, compare=False, repr=False)
    """What the records of a ring or perf buffer are by name; None where the object does not say."""

    record_type: str = field(default="", compare=False, repr=False)
    """What C calls that: `struct event`."""

    @property
    def type_name(self) -> str:
        return table_type_name(self.type)

    @property
    def per_cpu(self) -> bool:
        """Whether user space sees one value for each possible CPU."""
        return is_per_cpu(self.type)

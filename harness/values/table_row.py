"""What one row of the table of tables says: the columns of harness/values/table_rows.py."""

from dataclasses import dataclass
from enum import Enum


class Key(Enum):
    """How an entry is named."""

    BYTES = "bytes"
    """Any bytes of the key's size."""

    INDEX = "index"
    """A number of 4 bytes below the number of entries; all of them are there from the start."""

    SLOT = "slot"
    """The same, and a slot may be empty."""

    PREFIX = "prefix"
    """struct bpf_lpm_trie_key: how many bits count, then the bits."""

    NONE = "none"
    """There are no keys."""

    OWNER = "owner"
    """A descriptor of what the value belongs to, 4 bytes: a process, a file, a cgroup, a socket."""

    CGROUP = "cgroup"
    """struct bpf_cgroup_storage_key, or the cgroup's id alone; entries come with a filter."""


class Operation(Enum):
    """What bpf(2) or mmap(2) does with a table."""

    LOOKUP = "lookup"
    UPDATE = "update"
    DELETE = "delete"
    TAKE = "lookup_and_delete"
    NEXT = "next_key"
    LOOKUP_BATCH = "lookup_batch"
    UPDATE_BATCH = "update_batch"
    DELETE_BATCH = "delete_batch"
    TAKE_BATCH = "lookup_and_delete_batch"
    MMAP = "mmap"
    CONSUME = "consume"
    """Read as a stream, by whoever has mapped it."""


class Origin(Enum):
    """Who can make one."""

    SIZES = "sizes"
    """Anybody who says how large keys and values are."""

    TYPES = "types"
    """Only with BTF that says what they are: an object file brings it."""

    KERNEL_TYPE = "kernel type"
    """Only for a type of the kernel's own, by an object file."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One type of table. Sizes in bytes."""

    name: str
    """As bpftool spells it."""

    key: Key
    value: str
    """What user space writes; what it reads where that is something else."""

    operations: tuple[Operation, ...]
    since: tuple[int, int]
    """The release that brought it."""

    key_size: int = 4
    """Of the smallest table one would make: what a probe and a test create."""

    value_size: int = 4
    entries: int = 4
    flags: int = 0
    """Without which it cannot be created."""

    per_cpu: bool = False
    """Whether user space sees one value for each possible CPU."""

    origin: Origin = Origin.SIZES
    implied: tuple[int, int] | None = None
    """Sizes of key and value that libbpf knows when a definition leaves them out."""

    inner: bool = False
    """Whether its values are tables, made by a pattern."""

    options: tuple[str, ...] = ()
    """Kernel options that must be on for it, beside BPF itself."""

    def has(self, operation: Operation) -> bool:
        return operation in self.operations

"""What an object file says about a table (a BPF map); nothing of it exists in a kernel yet."""

from dataclasses import dataclass, field
from enum import Enum

from harness.values.layout import Layout

# enum bpf_map_type of include/uapi/linux/bpf.h, by number, as bpftool spells them. 19 and 21 were
# renamed upstream when their successors came; the numbers did not change.
TABLE_TYPES: tuple[str, ...] = (
    "unspec",
    "hash",
    "array",
    "prog_array",
    "perf_event_array",
    "percpu_hash",
    "percpu_array",
    "stack_trace",
    "cgroup_array",
    "lru_hash",
    "lru_percpu_hash",
    "lpm_trie",
    "array_of_maps",
    "hash_of_maps",
    "devmap",
    "sockmap",
    "cpumap",
    "xskmap",
    "sockhash",
    "cgroup_storage",
    "reuseport_sockarray",
    "percpu_cgroup_storage",
    "queue",
    "stack",
    "sk_storage",
    "devmap_hash",
    "struct_ops",
    "ringbuf",
    "inode_storage",
    "task_storage",
    "bloom_filter",
    "user_ringbuf",
    "cgrp_storage",
    "arena",
)

_PER_CPU = frozenset({"percpu_hash", "percpu_array", "lru_percpu_hash", "percpu_cgroup_storage"})


def table_type_name(number: int) -> str:
    """The name of a map type; `type 99` for one newer than the list."""
    return TABLE_TYPES[number] if number < len(TABLE_TYPES) else f"type {number}"


def is_per_cpu(number: int) -> bool:
    """Whether user space sees one value of such a table for each possible CPU."""
    return table_type_name(number) in _PER_CPU


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
    inner: "TableSpec | None" = None
    """What the slots of an array_of_maps or hash_of_maps hold."""

    key_layout: Layout | None = field(default=None, compare=False, repr=False)
    """How its keys and values are made of numbers; None where their type does not say."""

    value_layout: Layout | None = field(default=None, compare=False, repr=False)

    @property
    def type_name(self) -> str:
        return table_type_name(self.type)

    @property
    def per_cpu(self) -> bool:
        """Whether user space sees one value for each possible CPU."""
        return is_per_cpu(self.type)

"""The table of tables: a row for each type of enum bpf_map_type, as Linux 7.2 has it.

How it is created and keyed, what it holds, and which operations bpf(2) has for it: the functions
of its bpf_map_ops, and the cases of bpf_map_update_value() and bpf_map_copy_value() in
kernel/bpf/syscall.c.
"""

from harness.values.table_row import Key, Operation, Origin, TableRow

_LOOKUP, _UPDATE, _DELETE = Operation.LOOKUP, Operation.UPDATE, Operation.DELETE
_NEXT, _TAKE = Operation.NEXT, Operation.TAKE
_READ_BATCHES = (Operation.LOOKUP_BATCH, Operation.UPDATE_BATCH)
_BATCHES = (*_READ_BATCHES, Operation.DELETE_BATCH, Operation.TAKE_BATCH)
_ENTRIES = (_LOOKUP, _UPDATE, _DELETE, _NEXT)

_NO_PREALLOC = 1 << 0
_MMAPABLE = 1 << 10

# What a ring's size must be a multiple of on every machine; it is a power of two besides.
_PAGE = 65536

_BTF = ("DEBUG_INFO_BTF",)

_DESCRIPTOR_4 = (4, 4)
"""libbpf's own sizes for tables of descriptors: parse_btf_map_def() in tools/lib/bpf/libbpf.c."""

TABLE_ROWS: tuple[TableRow, ...] = (
    TableRow("unspec", Key.NONE, "nothing", (), (3, 18), origin=Origin.KERNEL_TYPE),
    TableRow("hash", Key.BYTES, "bytes", (*_ENTRIES, _TAKE, *_BATCHES), (3, 19)),
    TableRow(
        "array",
        Key.INDEX,
        "bytes",
        (_LOOKUP, _UPDATE, _NEXT, *_READ_BATCHES, Operation.MMAP),
        (3, 19),
    ),
    TableRow("prog_array", Key.SLOT, "a filter; its id", _ENTRIES, (4, 2), implied=_DESCRIPTOR_4),
    TableRow(
        "perf_event_array",
        Key.SLOT,
        "a perf event; nothing",
        (_UPDATE, _DELETE, _NEXT, Operation.CONSUME),
        (4, 3),
        implied=_DESCRIPTOR_4,
        options=("PERF_EVENTS",),
    ),
    TableRow(
        "percpu_hash", Key.BYTES, "bytes", (*_ENTRIES, _TAKE, *_BATCHES), (4, 6), per_cpu=True
    ),
    TableRow(
        "percpu_array",
        Key.INDEX,
        "bytes",
        (_LOOKUP, _UPDATE, _NEXT, *_READ_BATCHES),
        (4, 6),
        per_cpu=True,
    ),
    # A filter adds, with bpf_get_stackid(); commit 17f0d1f6321c ("bpf: Add lookup_and_delete_elem
    # for BPF_MAP_STACK_TRACE") in v6.18.
    TableRow(
        "stack_trace",
        Key.SLOT,
        "return addresses",
        (_LOOKUP, _DELETE, _NEXT, _TAKE),
        (4, 6),
        value_size=8,
        options=("PERF_EVENTS",),
    ),
    TableRow(
        "cgroup_array",
        Key.SLOT,
        "a cgroup; nothing",
        (_UPDATE, _DELETE, _NEXT),
        (4, 8),
        implied=_DESCRIPTOR_4,
        options=("CGROUPS",),
    ),
    TableRow("lru_hash", Key.BYTES, "bytes", (*_ENTRIES, _TAKE, *_BATCHES), (4, 10)),
    TableRow(
        "lru_percpu_hash", Key.BYTES, "bytes", (*_ENTRIES, _TAKE, *_BATCHES), (4, 10), per_cpu=True
    ),
    TableRow(
        "lpm_trie",
        Key.PREFIX,
        "bytes",
        (*_ENTRIES, *_READ_BATCHES, Operation.DELETE_BATCH),
        (4, 11),
        key_size=8,
        flags=_NO_PREALLOC,
    ),
    TableRow(
        "array_of_maps",
        Key.SLOT,
        "a table; its id",
        (*_ENTRIES, *_READ_BATCHES),
        (4, 12),
        implied=_DESCRIPTOR_4,
        inner=True,
    ),
    TableRow(
        "hash_of_maps",
        Key.BYTES,
        "a table; its id",
        (*_ENTRIES, *_BATCHES),
        (4, 12),
        implied=(0, 4),
        inner=True,
    ),
    TableRow(
        "devmap", Key.SLOT, "an interface's number, a filter", _ENTRIES, (4, 14), options=("NET",)
    ),
    # Looked up it gives the socket's cookie, if values have 8 bytes: sock_map_lookup_sys().
    TableRow(
        "sockmap",
        Key.SLOT,
        "a socket; its cookie",
        _ENTRIES,
        (4, 14),
        value_size=8,
        options=("INET",),
    ),
    TableRow("cpumap", Key.SLOT, "a queue's length, a filter", _ENTRIES, (4, 15), options=("NET",)),
    TableRow(
        "xskmap",
        Key.SLOT,
        "a socket; nothing",
        (_UPDATE, _DELETE, _NEXT),
        (4, 18),
        options=("XDP_SOCKETS",),
    ),
    TableRow(
        "sockhash",
        Key.BYTES,
        "a socket; its cookie",
        _ENTRIES,
        (4, 18),
        value_size=8,
        options=("INET",),
    ),
    # A key of 8 bytes since v5.9: one storage for all attach types of a cgroup.
    TableRow(
        "cgroup_storage",
        Key.CGROUP,
        "bytes",
        (_LOOKUP, _UPDATE, _NEXT),
        (4, 19),
        key_size=16,
        entries=0,
        options=("CGROUP_BPF",),
    ),
    TableRow(
        "reuseport_sockarray",
        Key.SLOT,
        "a socket; its cookie",
        _ENTRIES,
        (4, 19),
        value_size=8,
        options=("INET",),
    ),
    TableRow(
        "percpu_cgroup_storage",
        Key.CGROUP,
        "bytes",
        (_LOOKUP, _UPDATE, _NEXT),
        (4, 20),
        key_size=16,
        entries=0,
        per_cpu=True,
        options=("CGROUP_BPF",),
    ),
    # Lookup is a look at the next one, update a push.
    TableRow("queue", Key.NONE, "bytes", (_LOOKUP, _UPDATE, _TAKE), (4, 20), key_size=0),
    TableRow("stack", Key.NONE, "bytes", (_LOOKUP, _UPDATE, _TAKE), (4, 20), key_size=0),
    TableRow(
        "sk_storage",
        Key.OWNER,
        "bytes",
        (_LOOKUP, _UPDATE, _DELETE),
        (5, 2),
        entries=0,
        flags=_NO_PREALLOC,
        origin=Origin.TYPES,
        options=("INET",),
    ),
    TableRow(
        "devmap_hash",
        Key.BYTES,
        "an interface's number, a filter",
        _ENTRIES,
        (5, 4),
        options=("NET",),
    ),
    TableRow(
        "struct_ops",
        Key.INDEX,
        "a structure of functions",
        (_LOOKUP, _UPDATE, _DELETE, _NEXT),
        (5, 6),
        entries=1,
        origin=Origin.KERNEL_TYPE,
        options=(*_BTF, "BPF_JIT"),
    ),
    TableRow(
        "ringbuf",
        Key.NONE,
        "records",
        (Operation.MMAP, Operation.CONSUME),
        (5, 8),
        key_size=0,
        value_size=0,
        entries=_PAGE,
    ),
    TableRow(
        "inode_storage",
        Key.OWNER,
        "bytes",
        (_LOOKUP, _UPDATE, _DELETE),
        (5, 10),
        entries=0,
        flags=_NO_PREALLOC,
        origin=Origin.TYPES,
        options=("BPF_LSM", *_BTF),
    ),
    TableRow(
        "task_storage",
        Key.OWNER,
        "bytes",
        (_LOOKUP, _UPDATE, _DELETE),
        (5, 11),
        entries=0,
        flags=_NO_PREALLOC,
        origin=Origin.TYPES,
    ),
    # Looked up it says whether it may hold the value that is given.
    TableRow("bloom_filter", Key.NONE, "bytes", (_LOOKUP, _UPDATE), (5, 16), key_size=0, entries=8),
    TableRow(
        "user_ringbuf",
        Key.NONE,
        "records",
        (Operation.MMAP,),
        (6, 1),
        key_size=0,
        value_size=0,
        entries=_PAGE,
    ),
    TableRow(
        "cgrp_storage",
        Key.OWNER,
        "bytes",
        (_LOOKUP, _UPDATE, _DELETE),
        (6, 2),
        entries=0,
        flags=_NO_PREALLOC,
        origin=Origin.TYPES,
        options=("CGROUPS",),
    ),
    TableRow(
        "arena",
        Key.NONE,
        "pages of memory",
        (Operation.MMAP,),
        (6, 9),
        key_size=0,
        value_size=0,
        flags=_MMAPABLE,
        options=("BPF_JIT",),
    ),
    TableRow(
        "insn_array",
        Key.INDEX,
        "struct bpf_insn_array_value",
        (_LOOKUP, _UPDATE, _NEXT),
        (6, 19),
        value_size=16,
    ),
    # A hash that grows and shrinks with what is in it.
    TableRow(
        "rhash", Key.BYTES, "bytes", (*_ENTRIES, _TAKE, *_BATCHES), (7, 2), flags=_NO_PREALLOC
    ),
)

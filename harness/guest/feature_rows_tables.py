"""Features that are tables: each type that a kernel can have, and what came to a type later."""

from harness.values.arch import ARM, ARM64, PPC64LE, RISCV64, S390X
from harness.values.feature import (
    Feature,
    HelperProbe,
    Later,
    LoadProbe,
    OperationProbe,
    Probe,
    ShellProbe,
    TableProbe,
    TypesProbe,
)
from harness.values.insn import Insn
from harness.values.table_row import Operation, Origin, TableRow
from harness.values.table_rows import TABLE_ROWS

# linux/bpf.h: enum bpf_prog_type
_SCHED_CLS, _RAW_TP, _SYSCALL = 3, 17, 31
# BPF_F_SLEEPABLE, BPF_F_MMAPABLE
_SLEEPABLE, _MMAPABLE = 1 << 4, 1 << 10

# Those that an object file makes, told by the helper that works on them: enum bpf_func_id.
_WITH_TYPES: dict[str, Probe] = {
    "sk_storage": HelperProbe(107, _SCHED_CLS),
    # Only LSM programs call it, and those are bound to a function when they are loaded.
    "inode_storage": TypesProbe("bpf_inode_storage_get"),
    "task_storage": HelperProbe(156, _RAW_TP),
    "cgrp_storage": HelperProbe(210, _RAW_TP),
    "struct_ops": TypesProbe("bpf_struct_ops_tcp_congestion_ops"),
}

# A probe by helper sees it from the release on that gave the helper to that program type.
_SINCE = {
    # commit a10787e6d58c ("bpf: Enable task local storage for tracing programs") in v5.13.
    "task_storage": (5, 13),
}

_ELSEWHERE: dict[str, Later] = {
    # bpf_jit_supports_arena(), which is asked in the interpreter's mode as well.
    "arena": ((ARM64, (6, 10)), (RISCV64, None), (S390X, (6, 12)), (PPC64LE, None), (ARM, None)),
}


_NO_LOCK = (
    "kmalloc_nolock() gives no memory on this machine: mm/slub.c asks for a compare-and-exchange "
    "of two words"
)
# Types made of such memory, and the release since when: commit f8c67d8550ee ("bpf: Use
# kmalloc_nolock() in range tree").
_OF_NO_LOCK = {"arena": (6, 19)}


def _type_probe(row: TableRow) -> Probe:
    if row.origin is not Origin.SIZES:
        return _WITH_TYPES[row.name]
    number = TABLE_ROWS.index(row)
    key_size = (row.implied or (row.key_size, 0))[0] or row.key_size
    return TableProbe(number, key_size, row.value_size, row.entries, row.flags, of_tables=row.inner)


# One for each type, by its name.
TYPE_FEATURES: tuple[Feature, ...] = tuple(
    Feature(
        row.name,
        _type_probe(row),
        _SINCE.get(row.name, row.since),
        row.options,
        elsewhere=_ELSEWHERE.get(row.name, ()),
        lost=_OF_NO_LOCK.get(row.name),
    )
    for row in TABLE_ROWS[1:]
)

_NUMBERS = {row.name: number for number, row in enumerate(TABLE_ROWS)}


# linux/bpf.h
_ALL_CPUS = 1 << 4


def _on(name: str, operation: Operation, flags: int = 0) -> OperationProbe:
    """That operation on an entry of a small table of that type."""
    row = TABLE_ROWS[_NUMBERS[name]]
    table = TableProbe(_NUMBERS[name], row.key_size, row.value_size, row.entries, row.flags)
    return OperationProbe(table, operation, flags)


# Whether BPF has a place in what the security modules keep of a file. CONFIG_LSM says which are on,
# and Debian's names it from bookworm on.
_MODULE = Feature(
    "lsm-bpf",
    ShellProbe(
        "cd /sys/kernel/security && { test -e lsm || mount -t securityfs security .; }"
        " && grep -qw bpf /sys/kernel/security/lsm"
    ),
    (6, 1),
    ("BPF_LSM", "SECURITYFS"),
)

OPERATION_FEATURES: tuple[Feature, ...] = (
    # commit cb4d03ab499d ("bpf: Add generic support for lookup batch op") in v5.6, and its
    # neighbours for hashes.
    Feature("batches", _on("hash", Operation.LOOKUP_BATCH), (5, 6)),
    # commit 3e87f192b405 ("bpf: Add lookup_and_delete_elem support to hashtab") in v5.14.
    Feature("take-from-hash", _on("hash", Operation.TAKE), (5, 14)),
    # commit f008d732ab18 ("bpf: Add batched ops support for percpu array") in v5.13.
    Feature("batches-of-percpu_array", _on("percpu_array", Operation.LOOKUP_BATCH), (5, 13)),
    # commit f56387c534cc ("bpf: Add support for batched ops in LPM trie maps") in v5.13.
    Feature("batches-of-lpm_trie", _on("lpm_trie", Operation.LOOKUP_BATCH), (5, 13)),
    # Without a compare-and-exchange of two words, which the x86_64 that QEMU is asked for has not,
    # kmalloc_nolock() of mm/slub.c gives nothing; timers are made of it since v6.18, storages since
    # commit f484f4a3e058 ("bpf: Replace bpf memory allocator with kmalloc_nolock() in local
    # storage") in v6.19.
    Feature(
        "storage-memory",
        OperationProbe(
            TableProbe(_NUMBERS["sk_storage"], 4, 8, 0, 1, with_types=True),
            Operation.UPDATE,
            owner="udp",
        ),
        (5, 2),
        ("INET",),
        lost=(6, 19),
        bug=_NO_LOCK,
    ),
    # BPF_F_CPU and BPF_F_ALL_CPUS of linux/bpf.h: bpf_map_check_op_flags() in kernel/bpf/syscall.c.
    Feature("cpu-flags", _on("percpu_array", Operation.UPDATE, _ALL_CPUS), (7, 0)),
)

# 1 is added to the first word of an arena, whose address a cast gives. The JIT says whether it can:
# bpf_jit_supports_insn(), which on arm64 asks the CPU for LSE.
# A program that works on an arena must know where it lies in user space.
_ARENA = TableProbe(_NUMBERS["arena"], 0, 0, 4, _MMAPABLE, extra=1 << 32)
_ADD_IN_ARENA = (
    Insn(0x18, dst=1),
    Insn(0x00),
    Insn(0xB7, dst=2),
    Insn(0xBF, dst=2, src=2, off=1, imm=1),
    Insn(0xB7, dst=1, imm=1),
    Insn(0xDB, dst=2, src=1, imm=0x01),
    Insn(0xB7, dst=0),
    Insn(0x95),
)
# 6.12 makes an arena where its JIT takes no program that knows of one.
_ARENA_PROGRAMS = Feature(
    "arena-programs",
    LoadProbe(
        (Insn(0x18, dst=1), Insn(0x00), Insn(0xB7, dst=0), Insn(0x95)),
        _SYSCALL,
        _SLEEPABLE,
        table=_ARENA,
    ),
    (6, 9),
    ("BPF_JIT",),
    elsewhere=_ELSEWHERE["arena"],
    jit_only=True,
    lost=_OF_NO_LOCK["arena"],
)
_ARENA_ATOMICS = Feature(
    "arena-atomics",
    LoadProbe(_ADD_IN_ARENA, _SYSCALL, _SLEEPABLE, table=_ARENA),
    (6, 10),
    ("BPF_JIT",),
    elsewhere=(*_ELSEWHERE["arena"][1:], (ARM64, None)),
    jit_only=True,
    lost=_OF_NO_LOCK["arena"],
)

# The JIT says where instructions are: bpf_insn_array_ready() refuses (EFAULT) what it has left out.
# The interpreter takes no such program.
_INDIRECT_JUMPS = Feature(
    "indirect-jumps",
    LoadProbe(
        (Insn(0x18, dst=1), Insn(0x00), Insn(0xB7, dst=0), Insn(0x95)),
        _RAW_TP,
        table=TableProbe(_NUMBERS["insn_array"], 4, 16, 1, frozen=True),
    ),
    (6, 19),
    ("BPF_JIT",),
    elsewhere=((ARM64, (7, 2)), (PPC64LE, (7, 2)), (RISCV64, None), (S390X, None), (ARM, None)),
    jit_only=True,
)

# That it is not looked at first goes unnoticed where UBSAN is not on, and where a long has 64 bits
# the buckets are none then, which is looked at: the probe goes by the machine.
_SOCKHASH_ENTRIES = Feature(
    "sockhash-entries",
    ShellProbe("case $(uname -m) in arm*) false ;; esac"),
    (4, 18),
    elsewhere=((ARM, None),),
    bug="sock_hash_alloc() in net/core/sock_map.c rounds the entries up to a power of two without "
    "looking whether there is one: 1 is shifted by all 32 bits of a long",
)

# What values may hold, told by the functions of the kernel that work on it.
_CONTENT_FEATURES: tuple[Feature, ...] = (
    # commit 958cf2e273f0 ("bpf: Introduce bpf_obj_new") in v6.2; v7.1 gave it another name in BTF.
    Feature("bpf_obj_new", TypesProbe("bpf_obj_new_impl"), (6, 2), ("DEBUG_INFO_BTF",)),
    # commit bd1279ae8a69 ("bpf: Add bpf_rbtree_{add,remove,first} kfuncs") in v6.3.
    Feature("bpf_rbtree_first", TypesProbe("bpf_rbtree_first"), (6, 3), ("DEBUG_INFO_BTF",)),
    # commit c8e187540914 ("bpf: Support __kptr to local kptrs") in v6.4, seen by v6.7's function.
    Feature("own-kptrs", TypesProbe("bpf_percpu_obj_new_impl"), (6, 7), ("DEBUG_INFO_BTF",)),
)

TABLE_FEATURES = (
    *TYPE_FEATURES,
    *OPERATION_FEATURES,
    *_CONTENT_FEATURES,
    _MODULE,
    _ARENA_PROGRAMS,
    _ARENA_ATOMICS,
    _INDIRECT_JUMPS,
    _SOCKHASH_ENTRIES,
)

// SPDX-License-Identifier: GPL-2.0-only
// What a filter may do with a hash table, and what it is told when it may not:
// htab_map_update_elem(), check_flags() and htab_map_delete_elem() in kernel/bpf/hashtab.c.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

/*
 * Allocates an entry when it is needed, not all of them before. Full with two: a fresh table has four
 * entries in store on each CPU (bpf_mem_alloc_init() in kernel/bpf/memalloc.c), and more come from an
 * irq_work that may be late: seen on ppc64le, -ENOMEM.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} lazy SEC(".maps");

static __always_inline int add(void *to, __u32 key, __u64 value, __u64 flags)
{
	return bpf_map_update_elem(to, &key, &value, flags);
}

static __always_inline int remove(void *from, __u32 key)
{
	return bpf_map_delete_elem(from, &key);
}

SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:10")
__table(table, "u32:1", "u64:11") __table(table, "u32:2", "u64:20") __table_entries(table, 2)
int any_adds_and_replaces(void *ctx)
{
	return add(&table, 1, 11, BPF_ANY) | add(&table, 2, 20, BPF_ANY);
}

/* -EEXIST */
SEC("socket")
__success __retval(-17)
__put(table, "u32:1", "u64:10")
__table(table, "u32:1", "u64:10") __table(table, "u32:2", "u64:20") __table_entries(table, 2)
int noexist_only_adds(void *ctx)
{
	int added = add(&table, 2, 20, BPF_NOEXIST);

	return added ? 1 : add(&table, 1, 11, BPF_NOEXIST);
}

/* -ENOENT */
SEC("socket")
__success __retval(-2)
__put(table, "u32:1", "u64:10")
__table(table, "u32:1", "u64:11") __table_entries(table, 1)
int exist_only_replaces(void *ctx)
{
	int replaced = add(&table, 1, 11, BPF_EXIST);

	return replaced ? 1 : add(&table, 2, 20, BPF_EXIST);
}

/* Both at once, and a bit that means nothing: -EINVAL. */
SEC("socket")
__success __retval(0)
ANSWER(0, -22) ANSWER(1, -22) __table_entries(table, 0)
int unknown_flags_are_refused(void *ctx)
{
	answer(0, add(&table, 1, 10, BPF_NOEXIST | BPF_EXIST));
	answer(1, add(&table, 1, 10, 1ULL << 63));
	return 0;
}

/* The third time there is nothing to remove. */
SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:10") __put(table, "u32:2", "u64:20")
ANSWER(0, 0) ANSWER(1, 1) ANSWER(2, -2)
__table(table, "u32:2", "u64:20") __table_entries(table, 1)
int removed_key_is_not_found(void *ctx)
{
	__u32 key = 1;

	answer(0, remove(&table, 1));
	answer(1, bpf_map_lookup_elem(&table, &key) == 0);
	answer(2, remove(&table, 1));
	return 0;
}

/* -E2BIG for the fifth key, but one of the four is replaced, and a place that is made is taken. */
SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:10") __put(table, "u32:2", "u64:20")
__put(table, "u32:3", "u64:30") __put(table, "u32:4", "u64:40")
ANSWER(0, -7) ANSWER(1, 0) ANSWER(2, 0) ANSWER(3, 0) ANSWER(4, -7)
__table(table, "u32:2", "u64:21") __table(table, "u32:5", "u64:50") __table_entries(table, 4)
int full_table_takes_no_new_key(void *ctx)
{
	answer(0, add(&table, 5, 50, BPF_ANY));
	answer(1, add(&table, 2, 21, BPF_ANY));
	answer(2, remove(&table, 1));
	answer(3, add(&table, 5, 50, BPF_ANY));
	answer(4, add(&table, 1, 10, BPF_NOEXIST));
	return 0;
}

SEC("socket")
__success __retval(0)
__put(lazy, "u32:1", "u64:10") __put(lazy, "u32:2", "u64:20")
ANSWER(0, -7) ANSWER(1, 0) ANSWER(2, 0) ANSWER(3, 0) ANSWER(4, -7)
__table(lazy, "u32:2", "u64:21") __table(lazy, "u32:5", "u64:50") __table_entries(lazy, 2)
int full_table_without_preallocation(void *ctx)
{
	answer(0, add(&lazy, 5, 50, BPF_ANY));
	answer(1, add(&lazy, 2, 21, BPF_ANY));
	answer(2, remove(&lazy, 1));
	answer(3, add(&lazy, 5, 50, BPF_ANY));
	answer(4, add(&lazy, 1, 10, BPF_NOEXIST));
	return 0;
}

char _license[] SEC("license") = "GPL";

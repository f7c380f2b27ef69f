// SPDX-License-Identifier: GPL-2.0-only
// The entry with the longest prefix that fits: trie_lookup_elem(), trie_update_elem() and
// trie_delete_elem() in kernel/bpf/lpm_trie.c. The prefix counts bits of bytes, on every machine.
#include "answers.h"

struct prefix {
	__u32 bits;
	__u8 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} routes SEC(".maps");

/*
 * Full with two: a fresh table has four nodes in store on each CPU (bpf_mem_alloc_init() in
 * kernel/bpf/memalloc.c), and more come from an irq_work that may be late: seen on ppc64le, -ENOMEM.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} full SEC(".maps");

#define PREFIX(bits, a, b, c, d) { bits, { a, b, c, d } }

static __always_inline __s64 look_up_in(void *table, struct prefix key)
{
	__u32 *value = bpf_map_lookup_elem(table, &key);

	return value ? (__s64)*value : -1;
}

static __always_inline __s64 look_up(struct prefix key)
{
	return look_up_in(&routes, key);
}

static __always_inline int add(void *table, struct prefix key, __u32 value, __u64 flags)
{
	return bpf_map_update_elem(table, &key, &value, flags);
}

#define ROUTES									\
	__put(routes, "u32:0 hex:00000000", "u32:1")				\
	__put(routes, "u32:8 hex:0a000000", "u32:2")				\
	__put(routes, "u32:23 hex:0a010200", "u32:3")				\
	__put(routes, "u32:32 hex:0a010203", "u32:4")

SEC("socket")
__success __retval(0)
ROUTES
ANSWER(0, 4) ANSWER(1, 3) ANSWER(2, 3) ANSWER(3, 2) ANSWER(4, 1) ANSWER(5, 2)
int longest_prefix_is_found(void *ctx)
{
	answer(0, look_up((struct prefix)PREFIX(32, 10, 1, 2, 3)));
	answer(1, look_up((struct prefix)PREFIX(32, 10, 1, 2, 4)));
	answer(2, look_up((struct prefix)PREFIX(32, 10, 1, 3, 255)));
	answer(3, look_up((struct prefix)PREFIX(32, 10, 1, 4, 0)));
	answer(4, look_up((struct prefix)PREFIX(32, 11, 1, 2, 3)));
	/* Of a key that is shorter, only entries that are shorter still. */
	answer(5, look_up((struct prefix)PREFIX(22, 10, 1, 2, 3)));
	return 0;
}

/* What is found when the longest, the next and the last go; -ENOENT for one that is not there. */
SEC("socket")
__success __retval(0)
ROUTES
ANSWER(0, 3) ANSWER(1, 2) ANSWER(2, -2) ANSWER(3, 1) ANSWER(4, -1)
__table_entries(routes, 0)
int removed_prefix_uncovers_the_next(void *ctx)
{
	struct prefix host = PREFIX(32, 10, 1, 2, 3), net = PREFIX(23, 10, 1, 2, 0);
	struct prefix wide = PREFIX(8, 10, 0, 0, 0), all = PREFIX(0, 0, 0, 0, 0);

	bpf_map_delete_elem(&routes, &host);
	answer(0, look_up(host));
	bpf_map_delete_elem(&routes, &net);
	answer(1, look_up(host));
	answer_error(2, bpf_map_delete_elem(&routes, &net));
	bpf_map_delete_elem(&routes, &wide);
	answer(3, look_up(host));
	bpf_map_delete_elem(&routes, &all);
	answer(4, look_up(host));
	return 0;
}

#define FULL									\
	__put(full, "u32:0 hex:00000000", "u32:1")				\
	__put(full, "u32:8 hex:0a000000", "u32:2")

/* -EINVAL for more bits than a key has, -ENOSPC for a third entry. */
SEC("socket")
__success __retval(0)
FULL
ANSWER(0, -22) ANSWER(1, -28) __table_entries(full, 2)
int trie_refuses_what_does_not_fit(void *ctx)
{
	answer(0, add(&full, (struct prefix)PREFIX(33, 10, 0, 0, 0), 5, BPF_ANY));
	answer(1, add(&full, (struct prefix)PREFIX(16, 10, 1, 0, 0), 5, BPF_ANY));
	return 0;
}

/* Until commit 532d6b36b2bf ("bpf: Handle in-place update for full LPM trie correctly") in v6.13,
 * which came to the stable series 6.1 and 6.12, but not to 5.10, it had no place for that: -ENOSPC.
 */
SEC("socket")
__success __retval(9)
FULL
__table_entries(full, 2)
__kernels("", "5.10") __retval(-28)
int full_trie_replaces_an_entry(void *ctx)
{
	struct prefix wide = PREFIX(8, 10, 0, 0, 0);
	int error = add(&full, wide, 9, BPF_EXIST);

	return error ? error : look_up_in(&full, wide);
}

/* -EEXIST. Before commit eae6a075e953 ("bpf: Handle BPF_EXIST and BPF_NOEXIST for LPM trie") in
 * v6.13, which came to 5.10.y between 223 and 251, the flag did nothing.
 */
SEC("socket")
__success __retval(-17)
__put(routes, "u32:8 hex:0a000000", "u32:2")
__table_entries(routes, 1)
__kernels("", "5.10.230") __retval(9)
int trie_keeps_an_entry_that_is_there(void *ctx)
{
	struct prefix wide = PREFIX(8, 10, 0, 0, 0);
	int error = add(&routes, wide, 9, BPF_NOEXIST);

	return error ? error : look_up(wide);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// All entries of an array are there from the beginning and to the end: array_map_update_elem() and
// array_map_delete_elem() in kernel/bpf/arraymap.c, array_map_gen_lookup() for lookups in line.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

/* An index that the verifier does not know. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} indices SEC(".maps");

static __always_inline int set(__u32 index, __u64 value, __u64 flags)
{
	return bpf_map_update_elem(&table, &index, &value, flags);
}

SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:0x0123456789abcdef")
__table(table, "u32:0", "u64:0") __table(table, "u32:1", "u64:0x0123456789abcdef")
__table(table, "u32:2", "u64:0") __table_entries(table, 3)
ANSWER(0, 0) ANSWER(1, 0x0123456789abcdef) ANSWER(2, 0)
int array_begins_with_zeros(void *ctx)
{
	for (__u32 i = 0; i < 3; i++) {
		__u32 index = i;
		__u64 *value = bpf_map_lookup_elem(&table, &index);

		answer(i, value ? *value : -1);
	}
	return 0;
}

/* -E2BIG */
SEC("socket")
__success __retval(0)
ANSWER(0, -7) ANSWER(1, -7) __table_entries(table, 3)
int array_has_no_entry_beyond_its_end(void *ctx)
{
	__u32 next = 3, last = 0xffffffff;

	if (bpf_map_lookup_elem(&table, &next) || bpf_map_lookup_elem(&table, &last))
		return 1;
	answer(0, set(3, 1, BPF_ANY));
	answer(1, set(0xffffffff, 1, BPF_ANY));
	return 0;
}

/* The bounds check of a lookup in line. */
SEC("socket")
__success __retval(1)
__put(indices, "u32:0", "u32:0x80000001") __put(table, "u32:1", "u64:5")
int array_index_with_the_top_bit_set(void *ctx)
{
	__u32 key = 0, *index = bpf_map_lookup_elem(&indices, &key);

	if (!index)
		return -1;
	key = *index;
	return bpf_map_lookup_elem(&table, &key) == 0;
}

/* -EEXIST: every key is there; -EINVAL: none can be removed, no such flag. */
SEC("socket")
__success __retval(0)
ANSWER(0, -17) ANSWER(1, 0) ANSWER(2, 0) ANSWER(3, -22) ANSWER(4, -22)
__table(table, "u32:0", "u64:0") __table(table, "u32:1", "u64:11") __table(table, "u32:2", "u64:12")
int array_entries_cannot_come_or_go(void *ctx)
{
	__u32 index = 1;

	answer(0, set(0, 10, BPF_NOEXIST));
	answer(1, set(1, 11, BPF_EXIST));
	answer(2, set(2, 12, BPF_ANY));
	answer_error(3, bpf_map_delete_elem(&table, &index));
	answer(4, set(0, 10, 8));
	return 0;
}

char _license[] SEC("license") = "GPL";

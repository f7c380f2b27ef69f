// SPDX-License-Identifier: GPL-2.0-only
// Tables of tables: what an inner table holds is reached through the outer one, and a slot without
// a table is not there. array_of_map_lookup_elem() in kernel/bpf/arraymap.c and
// htab_of_map_lookup_elem() in kernel/bpf/hashtab.c.
#include "answers.h"

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} array SEC(".maps") = {
	.values = { [0] = &first, [2] = &second, [3] = &first },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} hash SEC(".maps") = {
	.values = { [1] = &second },
};

/* Adds to an entry of the table in that slot; what it held, or -1 if there is no such table. */
static __always_inline __s64 add(void *outer, __u32 slot, __u32 key, __u64 more)
{
	void *table = bpf_map_lookup_elem(outer, &slot);
	__u64 *value;

	if (!table)
		return -1;
	value = bpf_map_lookup_elem(table, &key);
	if (!value)
		return -2;
	*value += more;
	return *value - more;
}

SEC("socket")
__success __retval(0)
__put(first, "u32:1", "u64:10")
ANSWER(0, 10) ANSWER(1, 11) ANSWER(2, -2) ANSWER(3, -1)
__table(first, "u32:0", "u64:0") __table(first, "u32:1", "u64:13")
int inner_table_of_the_first_slot(void *ctx)
{
	answer(0, add(&array, 0, 1, 1));
	answer(1, add(&array, 0, 1, 2));
	answer(2, add(&array, 0, 2, 3));
	answer(3, add(&array, 4, 1, 4));
	return 0;
}

SEC("socket")
__success __retval(0) __needs("fd-array-slots")
__put(first, "u32:1", "u64:10") __put(second, "u32:1", "u64:20")
ANSWER(0, 10) ANSWER(1, 20) ANSWER(2, 11) ANSWER(3, -1) ANSWER(4, -1) ANSWER(5, -2)
__table(first, "u32:0", "u64:0") __table(first, "u32:1", "u64:14")
__table(second, "u32:0", "u64:0") __table(second, "u32:1", "u64:22")
int inner_tables_of_an_array(void *ctx)
{
	answer(0, add(&array, 0, 1, 1));
	answer(1, add(&array, 2, 1, 2));
	/* The same table as in slot 0. */
	answer(2, add(&array, 3, 1, 3));
	answer(3, add(&array, 1, 1, 4));
	answer(4, add(&array, 4, 1, 5));
	answer(5, add(&array, 0, 2, 6));
	return 0;
}

SEC("socket")
__success __retval(0)
__put(second, "u32:0", "u64:20")
ANSWER(0, 20) ANSWER(1, -1) ANSWER(2, -1)
__table(second, "u32:0", "u64:27") __table(second, "u32:1", "u64:8")
int inner_table_of_a_hash(void *ctx)
{
	__u32 slot = 1, key = 1;
	__u64 value = 8;
	void *table = bpf_map_lookup_elem(&hash, &slot);

	answer(0, add(&hash, 1, 0, 7));
	answer(1, add(&hash, 0, 0, 7));
	answer(2, add(&hash, 0xffffffff, 0, 7));
	return table ? bpf_map_update_elem(table, &key, &value, BPF_EXIST) : -1;
}

char _license[] SEC("license") = "GPL";

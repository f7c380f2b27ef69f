// SPDX-License-Identifier: GPL-2.0-only
// A lookup gives the value itself, not a copy: what is written to it is in the table, and it can be
// read to the end of the run whatever becomes of its entry (htab_map_lookup_elem(), free lists and
// RCU callbacks of kernel/bpf/hashtab.c).
#include "answers.h"

struct pair {
	__u64 first;
	__u64 second;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct pair);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct pair);
} lazy SEC(".maps");

SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:10 u64:20")
__table(table, "u32:1", "u64:11 u64:20") __table_entries(table, 1)
ANSWER(0, 11)
int value_changed_in_place(void *ctx)
{
	__u32 key = 1;
	struct pair *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return -1;
	value->first++;
	value = bpf_map_lookup_elem(&table, &key);
	answer(0, value ? value->first : -1);
	return 0;
}

/* An update makes another entry: the old value is what it was, but is in the table no more. */
SEC("socket")
__success __retval(0)
__put(lazy, "u32:1", "u64:10 u64:20")
__table(lazy, "u32:1", "u64:30 u64:40") __table_entries(lazy, 1)
ANSWER(0, 10) ANSWER(1, 30)
int value_replaced_while_it_is_looked_at(void *ctx)
{
	struct pair other = { 30, 40 }, *old, *new;
	__u32 key = 1;

	old = bpf_map_lookup_elem(&lazy, &key);
	if (!old)
		return -1;
	bpf_map_update_elem(&lazy, &key, &other, BPF_EXIST);
	new = bpf_map_lookup_elem(&lazy, &key);
	if (!new)
		return -1;
	old->second = 99;
	answer(0, old->first);
	answer(1, new->first);
	return 0;
}

SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:10 u64:20") __put(lazy, "u32:1", "u64:30 u64:40")
__table_entries(table, 0) __table_entries(lazy, 0)
ANSWER(0, 20) ANSWER(1, 40)
int value_outlives_its_entry(void *ctx)
{
	struct pair *value, *lazy_value;
	__u32 key = 1;

	value = bpf_map_lookup_elem(&table, &key);
	lazy_value = bpf_map_lookup_elem(&lazy, &key);
	if (!value || !lazy_value)
		return -1;
	bpf_map_delete_elem(&table, &key);
	bpf_map_delete_elem(&lazy, &key);
	answer(0, value->second);
	answer(1, lazy_value->second);
	return 0;
}

/* Key and value of the update are parts of the table that is updated. */
SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u32:2 u32:0 u64:20")
__table(table, "u32:1", "u32:2 u32:0 u64:20") __table(table, "u32:2", "u32:2 u32:0 u64:20")
__table_entries(table, 2)
int value_as_key_and_value(void *ctx)
{
	__u32 key = 1;
	struct pair *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return -1;
	return bpf_map_update_elem(&table, value, value, BPF_NOEXIST);
}

char _license[] SEC("license") = "GPL";

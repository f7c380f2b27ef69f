// SPDX-License-Identifier: GPL-2.0-only
// A table that never is full: a new key takes the place of one that was not used for long
// (htab_lru_map_update_elem() in kernel/bpf/hashtab.c, bpf_lru_pop_free() in bpf_lru_list.c). Which
// one depends on the CPUs, so that what is left is removed before the tables are compared.
#include "answers.h"

#define PLACES 128

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, __u32);
} table SEC(".maps");

/* In memory, where the verifier does not follow what they are. */
static volatile int refused, lost, left, wrong;

/* 0: updates that were refused; 1: keys that were not there right after they were added; 2: whether
 * no more are there in the end than there are places, but some; 3: keys with another's value.
 */
SEC("socket")
__success __retval(0)
ANSWER(0, 0) ANSWER(1, 0) ANSWER(2, 1) ANSWER(3, 0) __table_entries(table, 0)
int lru_makes_room_for_new_keys(void *ctx)
{
	for (__u32 i = 0; i < 2 * PLACES; i++) {
		__u32 key = i, value = ~i;

		if (bpf_map_update_elem(&table, &key, &value, BPF_ANY))
			refused++;
		if (!bpf_map_lookup_elem(&table, &key))
			lost++;
	}
	for (__u32 i = 0; i < 2 * PLACES; i++) {
		__u32 key = i, *value = bpf_map_lookup_elem(&table, &key);

		if (!value)
			continue;
		left++;
		if (*value != ~i)
			wrong++;
		bpf_map_delete_elem(&table, &key);
	}
	answer(0, refused);
	answer(1, lost);
	answer(2, left > 0 && left <= PLACES);
	answer(3, wrong);
	/* How many were left differs from run to run. */
	left = 0;
	return 0;
}

SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u32:10")
__table(table, "u32:1", "u32:11") __table_entries(table, 1)
ANSWER(0, -17) ANSWER(1, -2) ANSWER(2, 0) ANSWER(3, -22)
int lru_keeps_the_rules_of_a_hash(void *ctx)
{
	__u32 key = 1, other = 2, value = 11;

	answer_error(0, bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST));
	answer_error(1, bpf_map_update_elem(&table, &other, &value, BPF_EXIST));
	answer_error(2, bpf_map_update_elem(&table, &key, &value, BPF_EXIST));
	answer_error(3, bpf_map_update_elem(&table, &key, &value, 8));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A hash that grows with what is in it: the rules of a hash, and every key through every growth
// (rhtab_map_update_elem() in kernel/bpf/hashtab.c).
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_RHASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RHASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} small SEC(".maps");

SEC("socket")
__success __retval(0) __needs("rhash")
__put(table, "u32:1", "u64:10")
__table(table, "u32:1", "u64:11") __table_entries(table, 1)
ANSWER(0, -17) ANSWER(1, -2) ANSWER(2, 0) ANSWER(3, -22) ANSWER(4, -2)
int rhash_keeps_the_rules_of_a_hash(void *ctx)
{
	__u32 key = 1, other = 2;
	__u64 value = 11;

	answer_error(0, bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST));
	answer_error(1, bpf_map_update_elem(&table, &other, &value, BPF_EXIST));
	answer_error(2, bpf_map_update_elem(&table, &key, &value, BPF_EXIST));
	answer_error(3, bpf_map_update_elem(&table, &key, &value, 8));
	answer_error(4, bpf_map_delete_elem(&table, &other));
	return 0;
}

SEC("socket")
__success __retval(0) __needs("rhash")
__table_entries(small, 2)
ANSWER(0, -7) ANSWER(1, 0) ANSWER(2, 0)
int full_rhash_refuses(void *ctx)
{
	__u32 key = 0;

	bpf_map_update_elem(&small, &key, &key, BPF_ANY);
	key = 1;
	bpf_map_update_elem(&small, &key, &key, BPF_ANY);
	key = 2;
	answer_error(0, bpf_map_update_elem(&small, &key, &key, BPF_ANY));
	key = 0;
	answer_error(1, bpf_map_delete_elem(&small, &key));
	key = 2;
	answer_error(2, bpf_map_update_elem(&small, &key, &key, BPF_NOEXIST));
	return 0;
}

/* In memory, where the verifier does not follow what they are. */
static volatile int wrong, taken, found;

/* Memory for elements is fetched from an interrupt, and until it comes there is none: -ENOMEM. */
#define ENOMEM 12

static __always_inline void add(__u32 key)
{
	__u64 value = key * 3;
	int error = bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST);

	if (!error)
		taken++;
	else if (error != -ENOMEM)
		wrong++;
}

/* Looked up, not listed: while the table grows, user space may see an entry twice, or not at all
 * (rhashtable_next_key() in lib/rhashtable.c says so).
 */
SEC("socket")
__success __retval(0) __needs("rhash") __varies(.bss)
__table_entries(table, 0)
int rhash_keeps_all_keys_while_it_grows(void *ctx)
{
	for (__u32 i = 0; i < 2000; i++)
		add(i);
	for (__u32 i = 0; i < 2000; i++) {
		__u32 key = i;
		__u64 *value = bpf_map_lookup_elem(&table, &key);

		if (!value)
			continue;
		found++;
		if (*value != i * 3)
			wrong++;
		bpf_map_delete_elem(&table, &key);
	}
	return wrong || found != taken;
}

SEC("socket")
__success __retval(0) __needs("rhash") __varies(.bss)
__table_entries(table, 0)
int rhash_is_emptied_while_it_shrinks(void *ctx)
{
	for (__u32 i = 0; i < 1000; i++)
		add(i);
	for (__u32 i = 0; i < 1000; i++) {
		__u32 key = i;

		if (!bpf_map_delete_elem(&table, &key))
			found++;
	}
	return wrong || found != taken;
}

char _license[] SEC("license") = "GPL";

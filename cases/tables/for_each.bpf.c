// SPDX-License-Identifier: GPL-2.0-only
// bpf_for_each_map_elem() calls a function for each entry until it returns 1, and says for how many
// it did (bpf_for_each_hash_elem() in kernel/bpf/hashtab.c, bpf_for_each_array_elem()).
// The order of a hash table is nobody's business, so only sums are looked at.
#include "answers.h"

/* Callbacks need the JIT: fixup_call_args() in kernel/bpf/verifier.c. */
#define FOR_EACH __modes("jit jit-harden") __needs("bpf_for_each_map_elem bpf-to-bpf")

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} percpu SEC(".maps");

struct sums {
	__u64 keys;
	__u64 values;
	__u32 calls;
	/* Call after which to stop; never if 0. */
	__u32 last;
};

static long add_entry(void *table, __u32 *key, __u64 *value, struct sums *sums)
{
	sums->keys += *key;
	sums->values += *value;
	return ++sums->calls == sums->last;
}

static __always_inline int answer_sums(long visited, struct sums *sums)
{
	answer(0, visited);
	answer(1, sums->keys);
	answer(2, sums->values);
	return sums->calls;
}

#define ENTRIES									\
	__put(hash, "u32:1", "u64:10") __put(hash, "u32:2", "u64:20")		\
	__put(hash, "u32:0xffffffff", "u64:30") __put(hash, "u32:4", "u64:40")

SEC("socket")
__success __retval(4) FOR_EACH
ENTRIES
ANSWER(0, 4) ANSWER(1, 0x100000006) ANSWER(2, 100)
int for_each_entry_of_a_hash(void *ctx)
{
	struct sums sums = {};

	return answer_sums(bpf_for_each_map_elem(&hash, add_entry, &sums, 0), &sums);
}

SEC("socket")
__success __retval(0) FOR_EACH
ANSWER(0, 0) ANSWER(1, 0) ANSWER(2, 0)
int for_each_entry_of_an_empty_hash(void *ctx)
{
	struct sums sums = {};

	return answer_sums(bpf_for_each_map_elem(&hash, add_entry, &sums, 0), &sums);
}

SEC("socket")
__success __retval(3) FOR_EACH
__put(array, "u32:0", "u64:1") __put(array, "u32:1", "u64:10") __put(array, "u32:2", "u64:100")
__put(array, "u32:3", "u64:1000")
ANSWER(0, 3) ANSWER(1, 3) ANSWER(2, 111)
int for_each_stops_when_told(void *ctx)
{
	struct sums sums = { .last = 3 };

	return answer_sums(bpf_for_each_map_elem(&array, add_entry, &sums, 0), &sums);
}

/* Only the values of the CPU that asks. */
SEC("socket")
__success __retval(3) FOR_EACH
ANSWER(0, 3) ANSWER(1, 3) ANSWER(2, 7)
int for_each_entry_of_a_percpu_array(void *ctx)
{
	struct sums sums = {};
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&percpu, &key);

	if (!value)
		return -1;
	*value = 7;
	return answer_sums(bpf_for_each_map_elem(&percpu, add_entry, &sums, 0), &sums);
}

static long change_entry(void *table, __u32 *key, __u64 *value, void *context)
{
	*value += *key;
	return 0;
}

SEC("socket")
__success __retval(5) FOR_EACH
__put(array, "u32:4", "u64:100")
__table(array, "u32:0", "u64:0") __table(array, "u32:3", "u64:3") __table(array, "u32:4", "u64:104")
int for_each_changes_in_place(void *ctx)
{
	return bpf_for_each_map_elem(&array, change_entry, 0, 0);
}

static long remove_even_key(void *table, __u32 *key, __u64 *value, void *context)
{
	if (!(*key & 1))
		bpf_map_delete_elem(table, key);
	return 0;
}

SEC("socket")
__success __retval(4) FOR_EACH
ENTRIES
__table(hash, "u32:1", "u64:10") __table(hash, "u32:0xffffffff", "u64:30") __table_entries(hash, 2)
int for_each_removes_on_the_way(void *ctx)
{
	return bpf_for_each_map_elem(&hash, remove_even_key, 0, 0);
}

/* -EINVAL */
SEC("socket")
__success __retval(-22) FOR_EACH
int for_each_refuses_flags(void *ctx)
{
	struct sums sums = {};

	return bpf_for_each_map_elem(&array, add_entry, &sums, 1);
}

char _license[] SEC("license") = "GPL";

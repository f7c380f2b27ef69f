// SPDX-License-Identifier: GPL-2.0-only
// Tables with a value for each CPU: a filter sees its own CPU's, what it adds begins with zeros on
// all others (pcpu_init_value() in kernel/bpf/hashtab.c), and the values of all can be asked for.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} hash SEC(".maps");

#define COUNTS_CPUS __needs("bpf_map_lookup_percpu_elem")

/* More than any machine that this runs on has; the rest is not there and counts nothing. */
#define CPUS 64

static __always_inline __u64 sum_over_cpus(void *table, __u32 key)
{
	__u64 sum = 0;

	for (__u32 cpu = 0; cpu < CPUS; cpu++) {
		__u64 *value = bpf_map_lookup_percpu_elem(table, &key, cpu);

		if (value)
			sum += *value;
	}
	return sum;
}

SEC("socket")
__success __retval(0) COUNTS_CPUS
__table(array, "u32:0", "u64:0") __table(array, "u32:1", "u64:42")
ANSWER(0, 0) ANSWER(1, 42) ANSWER(2, 42)
int percpu_array_changed_in_place(void *ctx)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&array, &key);

	if (!value)
		return -1;
	answer(0, *value);
	*value = 42;
	value = bpf_map_lookup_elem(&array, &key);
	answer(1, value ? *value : -1);
	answer(2, sum_over_cpus(&array, 1));
	return 0;
}

SEC("socket")
__success __retval(0) COUNTS_CPUS
__table(array, "u32:0", "u64:7")
ANSWER(0, 0) ANSWER(1, -17) ANSWER(2, -7) ANSWER(3, -22) ANSWER(4, 7)
int percpu_array_updated(void *ctx)
{
	__u32 inside = 0, outside = 2;
	__u64 value = 7;

	answer_error(0, bpf_map_update_elem(&array, &inside, &value, BPF_ANY));
	answer_error(1, bpf_map_update_elem(&array, &inside, &value, BPF_NOEXIST));
	answer_error(2, bpf_map_update_elem(&array, &outside, &value, BPF_ANY));
	answer_error(3, bpf_map_delete_elem(&array, &inside));
	answer(4, sum_over_cpus(&array, 0));
	return 0;
}

/* The sum after an entry came and went says that nothing of it is left on any CPU. */
SEC("socket")
__success __retval(0) COUNTS_CPUS
__table(hash, "u32:1", "u64:9") __table_entries(hash, 1)
ANSWER(0, 0) ANSWER(1, -17) ANSWER(2, 5) ANSWER(3, 0) ANSWER(4, -2) ANSWER(5, 0) ANSWER(6, 9)
int percpu_hash_updated_and_removed(void *ctx)
{
	__u64 value = 5;
	__u32 key = 1;

	answer_error(0, bpf_map_update_elem(&hash, &key, &value, BPF_NOEXIST));
	answer_error(1, bpf_map_update_elem(&hash, &key, &value, BPF_NOEXIST));
	answer(2, sum_over_cpus(&hash, 1));
	answer_error(3, bpf_map_delete_elem(&hash, &key));
	value = 9;
	answer_error(4, bpf_map_update_elem(&hash, &key, &value, BPF_EXIST));
	answer_error(5, bpf_map_update_elem(&hash, &key, &value, BPF_ANY));
	answer(6, sum_over_cpus(&hash, 1));
	return 0;
}

SEC("socket")
__success __retval(3) COUNTS_CPUS
int percpu_value_of_no_cpu(void *ctx)
{
	__u32 key = 0;
	int found = 0;

	if (bpf_map_lookup_percpu_elem(&array, &key, 0))
		found |= 1;
	if (!bpf_map_lookup_percpu_elem(&array, &key, 0xffffffff))
		found |= 2;
	if (bpf_map_lookup_percpu_elem(&hash, &key, 0))
		found |= 4;
	return found;
}

char _license[] SEC("license") = "GPL";

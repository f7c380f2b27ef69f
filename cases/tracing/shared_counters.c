// SPDX-License-Identifier: GPL-2.0-only
// Counts removed folders in tables that user space reads and fills, for the scenarios beside it.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} chosen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, __u32);
} per_cpu_hash SEC(".maps");

/* Only where user space has made an entry. Not atomic, which the JIT of arm does not know. */
static __always_inline void count_chosen(__u32 key)
{
	__u64 *times = bpf_map_lookup_elem(&chosen, &key);

	if (times)
		++*times;
}

SEC("kprobe/shmem_rmdir")
int count(void *ctx)
{
	__u32 slot = 0, first = 1, *number;
	__u64 key = 7, *times;

	count_chosen(1);
	count_chosen(2);
	times = bpf_map_lookup_elem(&per_cpu, &slot);
	if (times)
		++*times;
	number = bpf_map_lookup_elem(&per_cpu_hash, &key);
	if (number)
		++*number;
	else
		bpf_map_update_elem(&per_cpu_hash, &key, &first, BPF_ANY);
	return 0;
}

char _license[] SEC("license") = "GPL";

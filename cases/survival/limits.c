// SPDX-License-Identifier: GPL-2.0-only
// Filters that use up what they may, for the scenarios beside it.
#include <case.h>
#include <bpf/bpf_tracing.h>

SEC("socket")
int nothing(void *ctx)
{
	return 1;
}

SEC("raw_tp")
int print_500_lines(void *ctx)
{
	for (int i = 0; i < 500; i++)
		bpf_printk("line %d", i);
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} counted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} updated SEC(".maps");

static void add(void)
{
	__u32 key = 1;
	__u64 one = 1, sum, *times = bpf_map_lookup_elem(&counted, &key);

	sum = times ? *times + 1 : one;
	bpf_map_update_elem(&counted, &key, &sum, BPF_ANY);
}

/* The function that it is attached to is the helper that it calls. */
SEC("kprobe/htab_map_update_elem")
int probe_of_its_own_helper(void *ctx)
{
	add();
	return 0;
}

SEC("?fentry/htab_map_update_elem")
int trampoline_of_its_own_helper(void *ctx)
{
	add();
	return 0;
}

SEC("raw_tp")
int update(void *ctx)
{
	__u32 key = 2;
	__u64 one = 1;

	return bpf_map_update_elem(&updated, &key, &one, BPF_ANY);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Filters that count their events, for the scenarios beside it.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

/* Not atomic, which the JIT of arm does not know: the events come one after the other. */
static int count(__u32 slot)
{
	__u64 *times = bpf_map_lookup_elem(&counts, &slot);

	if (times)
		++*times;
	return 0;
}

SEC("kprobe")
int first(void *ctx)
{
	return count(0);
}

SEC("kprobe")
int second(void *ctx)
{
	return count(1);
}

char _license[] SEC("license") = "GPL";

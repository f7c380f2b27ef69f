// SPDX-License-Identifier: GPL-2.0-only
// A lock that filters on both CPUs want, and sections that must not be left half done; for the scenario
// beside it. bpf_spin_lock() in kernel/bpf/helpers.c.
#include "counts.h"

struct pair {
	struct bpf_spin_lock lock;
	__u32 first;
	__u64 second, third;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pair);
} pairs SEC(".maps");

/* All three are the same outside of the section. */
SEC("tc")
int add_to_all(struct __sk_buff *skb)
{
	__u32 key = 0, disorder;
	struct pair *pair = bpf_map_lookup_elem(&pairs, &key);

	if (!pair)
		return 0;
	bpf_spin_lock(&pair->lock);
	disorder = pair->first != pair->second || pair->second != pair->third;
	pair->first++;
	pair->second++;
	pair->third++;
	bpf_spin_unlock(&pair->lock);
	if (disorder)
		count(1);
	return count(0);
}

char _license[] SEC("license") = "GPL";

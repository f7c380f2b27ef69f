// SPDX-License-Identifier: GPL-2.0-only
// Two filters that work on one table, for the scenarios beside it.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

SEC("socket")
int add_ten(void *ctx)
{
	__u32 key = 1;
	__u64 fresh = 10, *number = bpf_map_lookup_elem(&numbers, &key);

	if (number)
		*number += 10;
	else
		bpf_map_update_elem(&numbers, &key, &fresh, BPF_NOEXIST);
	return 0;
}

SEC("socket")
int move_to_two(void *ctx)
{
	__u32 from = 1, to = 2;
	__u64 *number = bpf_map_lookup_elem(&numbers, &from);

	if (!number)
		return 1;
	bpf_map_update_elem(&numbers, &to, number, BPF_ANY);
	return bpf_map_delete_elem(&numbers, &from);
}

char _license[] SEC("license") = "GPL";

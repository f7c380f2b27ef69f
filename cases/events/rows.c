// SPDX-License-Identifier: GPL-2.0-only
// Prints the rows of a table.
#include "iterators.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} stock SEC(".maps");

SEC("iter/bpf_map_elem")
int rows(struct bpf_iter__bpf_map_elem *ctx)
{
	__u32 *key = ctx->key;
	__u64 *value = ctx->value;

	if (key && value)
		print(ctx->meta, "%d = %d\n", *key, (int)*value);
	return 0;
}

char _license[] SEC("license") = "GPL";

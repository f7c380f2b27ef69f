/* SPDX-License-Identifier: GPL-2.0-only */
/* Where things of the kernel are, kept as numbers, and what reads them when they are gone. */
#ifndef KEPT_H
#define KEPT_H

#include "places.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} places SEC(".maps");

static __always_inline void keep(__u32 slot, const void *place)
{
	__u64 number = (__u64)place;

	if (number)
		bpf_map_update_elem(&places, &slot, &number, BPF_ANY);
}

static __always_inline void *place(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 slot = ctx->args[0];
	__u64 *number = bpf_map_lookup_elem(&places, &slot);

	return number ? (void *)*number : 0;
}

/* Words at each 256th byte of 16 KiB, then 256 bytes as text: how many reads were wrong. */
SEC("?raw_tp")
int read_place(struct bpf_raw_tracepoint_args *ctx)
{
	char *at = place(ctx), text[256];
	int wrong = 0;
	long size;

	if (!at)
		return -1;
	for (int i = 0; i < 64; i++) {
		__u64 word = ~0ull;
		long error = bpf_probe_read_kernel(&word, sizeof(word), at + i * 256);

		wrong += error && (word || (error != -EFAULT && error != -ERANGE));
	}
	size = bpf_probe_read_kernel_str(text, sizeof(text), at);
	return wrong + (size < 0 && size != -EFAULT && size != -ERANGE) + (size > (long)sizeof(text));
}

#endif

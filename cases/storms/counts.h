/* SPDX-License-Identifier: GPL-2.0-only */
/* How often each filter of a storm ran, on each CPU. */
#ifndef COUNTS_H
#define COUNTS_H

#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline int count(__u32 slot)
{
	__u64 *times = bpf_map_lookup_elem(&counts, &slot);

	if (times)
		++*times;
	return 0;
}

#endif

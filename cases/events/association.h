/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters that write down that they ran, so that their order is seen. */
#ifndef ASSOCIATION_H
#define ASSOCIATION_H

#include <case.h>

#define CALLS_MAX 15

struct calls {
	__u32 count;
	__u32 who[CALLS_MAX];
	__u32 each[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct calls);
} calls SEC(".maps");

/* Not atomic: one process at a time does what the filters are attached to. */
static __always_inline void note(__u32 filter)
{
	__u32 key = 0;
	struct calls *all = bpf_map_lookup_elem(&calls, &key);
	__u32 place;

	if (!all)
		return;
	place = all->count++;
	if (place < CALLS_MAX)
		all->who[place] = filter;
	all->each[filter]++;
}

#endif

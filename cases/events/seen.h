/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of what a filter has seen: how often, by a number of its choice. */
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

/* Not atomic, which the JIT of arm does not know: the events come one after the other. */
static __always_inline void saw(__u32 what)
{
	__u64 one = 1, *times = bpf_map_lookup_elem(&seen, &what);

	if (times)
		++*times;
	else
		bpf_map_update_elem(&seen, &what, &one, BPF_ANY);
}

// SPDX-License-Identifier: GPL-2.0-only
// Filters that go by what is in a slot at every system call, for scenario_replaced.py: a filter to jump
// to, a table to count in.
#include <case.h>

enum { RUNS, FIRST, SECOND, NEITHER, SLOTS };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__array(values, struct inner);
} outer SEC(".maps");

struct route {
	__u32 bits;
	__u8 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct route);
	__type(value, __u32);
} routes SEC(".maps");

/* Not atomic: a CPU is in one system call at a time. */
static __always_inline int count(void *table, __u32 slot)
{
	__u64 *value = bpf_map_lookup_elem(table, &slot);

	if (value)
		++*value;
	return 0;
}

SEC("raw_tp/sys_enter")
int jump(void *ctx)
{
	count(&counts, RUNS);
	bpf_tail_call(ctx, &jumps, 0);
	return count(&counts, NEITHER);
}

SEC("raw_tp/sys_enter")
int to_first(void *ctx)
{
	return count(&counts, FIRST);
}

SEC("raw_tp/sys_enter")
int to_second(void *ctx)
{
	return count(&counts, SECOND);
}

SEC("raw_tp/sys_enter")
int count_inside(void *ctx)
{
	__u32 slot = 0;
	void *inner = bpf_map_lookup_elem(&outer, &slot);

	count(&counts, RUNS);
	return inner ? count(inner, 0) : count(&counts, NEITHER);
}

/* Values are slots of counts. */
SEC("raw_tp/sys_enter")
int find_route(void *ctx)
{
	struct route route = { 32, { 10, 1, 2, 3 } };
	__u32 *found = bpf_map_lookup_elem(&routes, &route);

	count(&counts, RUNS);
	return count(&counts, found ? *found : NEITHER);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Filters and tables that are taken away while they are at work, for the scenarios beside it.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} busy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

static int count(__u32 slot)
{
	__u64 *times = bpf_map_lookup_elem(&counts, &slot);

	if (times)
		++*times;
	return 0;
}

/* One of 64 entries, each time another; whether it is there or not. */
SEC("raw_tp/sys_enter")
int work_on_table(void *ctx)
{
	__u32 key = bpf_get_prandom_u32() % 64;
	__u64 one = 1, *times = bpf_map_lookup_elem(&busy, &key);

	if (times)
		++*times;
	else
		bpf_map_update_elem(&busy, &key, &one, BPF_ANY);
	return count(0);
}

/* A slot that nobody fills is counted in slot 0. */
SEC("raw_tp/sys_enter")
int jump(void *ctx)
{
	bpf_tail_call(ctx, &next, bpf_get_prandom_u32() % 2);
	return count(0);
}

/* The JIT of x86_64 makes jumps of these, and text_poke_bp() rewrites them while another CPU runs them. */
SEC("raw_tp/sys_enter")
int jump_directly(void *ctx)
{
	if (bpf_get_prandom_u32() % 2)
		bpf_tail_call_static(ctx, &next, 0);
	else
		bpf_tail_call_static(ctx, &next, 1);
	return count(0);
}

SEC("raw_tp/sys_enter")
int first_target(void *ctx)
{
	return count(1);
}

SEC("raw_tp/sys_enter")
int second_target(void *ctx)
{
	return count(2);
}

char _license[] SEC("license") = "GPL";

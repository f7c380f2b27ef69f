// SPDX-License-Identifier: GPL-2.0-only
/* Filters that look into tables of filters and of counters, for scenario_slots.py. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} clocks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("socket")
int jump(void *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return 1;
}

SEC("socket")
int eleven(void *ctx)
{
	return 11;
}

SEC("socket")
int twelve(void *ctx)
{
	return 12;
}

SEC("xdp")
int of_another_type(void *ctx)
{
	return XDP_PASS;
}

SEC("raw_tp/sys_enter")
int read_clock(void *ctx)
{
	struct bpf_perf_event_value value;
	__u32 slot = 0;
	long error;

	error = bpf_perf_event_read_value(&clocks, BPF_F_CURRENT_CPU, &value, sizeof(value));
	if (!error)
		bpf_map_update_elem(&seen, &slot, &value.counter, BPF_ANY);
	return error;
}

char _license[] SEC("license") = "GPL";

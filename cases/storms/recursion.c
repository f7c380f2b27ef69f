// SPDX-License-Identifier: GPL-2.0-only
// Filters whose own work is the event they are attached to, alone or by way of each other; for the
// scenario beside it. bpf_prog_active of trace_call_bpf(), and the kprobe's own count, let it run once.
#include "counts.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} lru SEC(".maps");

static __always_inline int update(void *table, __u32 key)
{
	__u64 one = 1;

	bpf_map_update_elem(table, &key, &one, BPF_ANY);
	return 0;
}

SEC("?kprobe/htab_map_update_elem")
int other_of_hash(void *ctx)
{
	update(&lru, 1);
	return count(0);
}

SEC("?kprobe/htab_lru_map_update_elem")
int other_of_lru(void *ctx)
{
	update(&hash, 1);
	return count(1);
}

SEC("?raw_tp")
int update_hash(void *ctx)
{
	return update(&hash, 2);
}

SEC("?tp/bpf_trace/bpf_trace_printk")
int print_when_printed(void *ctx)
{
	bpf_printk("again");
	return count(0);
}

SEC("?raw_tp")
int print(void *ctx)
{
	bpf_printk("once");
	return 0;
}

/* A signal for each signal, up to so many. */
SEC("?tp/signal/signal_generate")
int signal_when_signalled(void *ctx)
{
	__u32 slot = 0;
	__u64 *times = bpf_map_lookup_elem(&counts, &slot);

	if (times && *times < 40)
		bpf_send_signal(23);
	return count(0);
}

/* Stops itself from being called again by what it does itself: a lookup is the event. */
SEC("?kprobe/bpf_get_current_comm")
int name_when_named(void *ctx)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	return count(0);
}

SEC("?raw_tp")
int take_name(void *ctx)
{
	char name[16];

	return bpf_get_current_comm(name, sizeof(name));
}

char _license[] SEC("license") = "GPL";

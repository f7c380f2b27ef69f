// SPDX-License-Identifier: GPL-2.0-only
// Tasks and values of tables before they go; for the scenario beside it.
#include "kept.h"

/* A program that has just replaced the shell's copy of itself, and ends soon after. */
SEC("?raw_tp/sched_process_exec")
int remember_task(struct bpf_raw_tracepoint_args *ctx)
{
	keep(0, (void *)ctx->args[0]);
	return 0;
}

#define AREA (256 * 1024)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, AREA);
} area SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__uint(value_size, 2048);
} entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 8192);
} of_each_cpu SEC(".maps");

/* Where the values of the three tables are. */
SEC("?raw_tp")
int remember_tables(void *ctx)
{
	__u32 key = 0;

	keep(0, bpf_map_lookup_elem(&area, &key));
	keep(1, bpf_map_lookup_elem(&entries, &key));
	keep(2, bpf_map_lookup_elem(&of_each_cpu, &key));
	return 0;
}

char _license[] SEC("license") = "GPL";

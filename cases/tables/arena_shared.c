// SPDX-License-Identifier: GPL-2.0-only
/* A filter whose memory user space reads and writes, for scenario_arena.py. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define __arena __attribute__((address_space(1)))

extern void __arena *bpf_arena_alloc_pages(void *table, void __arena *at, __u32 count, int node,
					   __u64 flags) __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
} arena SEC(".maps");

static __u32 __arena *page;

/* The first run takes the page; each adds what user space has left in the second word. */
SEC("syscall")
int add_up(void *ctx)
{
	if (!page)
		page = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);
	if (!page)
		return 1;
	page[0] += page[1] + 1;
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A packet is sent on only through a slot that somebody filled; through any other, the lowest bits
// of the flags say what becomes of it (__bpf_xdp_redirect_map() in include/linux/filter.h).
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} cpus SEC(".maps");

/* XDP_PASS and XDP_DROP as asked for; XDP_ABORTED for a flag that does not exist. */
SEC("xdp")
__success __retval(2)
ANSWER(0, 2) ANSWER(1, 1) ANSWER(2, 0) ANSWER(3, 2) ANSWER(4, 1)
int redirect_through_an_empty_slot(void *ctx)
{
	answer(0, bpf_redirect_map(&devices, 1, XDP_PASS));
	answer(1, bpf_redirect_map(&devices, 4, XDP_DROP));
	answer(2, bpf_redirect_map(&devices, 1, 1 << 7 | XDP_PASS));
	answer(3, bpf_redirect_map(&cpus, 3, XDP_PASS));
	answer(4, bpf_redirect_map(&cpus, 0xffffffff, XDP_DROP));
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

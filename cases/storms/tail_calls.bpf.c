// SPDX-License-Identifier: GPL-2.0-only
// As many tail calls as there may be, MAX_TAIL_CALL_CNT, between two filters, from an event, and out of
// functions. For one that calls itself see cases/survival/deep_stacks.bpf.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

static __always_inline void called(__u32 slot)
{
	__u64 *times = bpf_map_lookup_elem(&calls, &slot);

	if (times)
		++*times;
}

/* The first and 33 tail calls, by turns. */
SEC("socket")
__success __retval(2) __tail(next, 0, ping) __tail(next, 1, pong)
__table(calls, "u32:0", "u64:17") __table(calls, "u32:1", "u64:17")
int ping(struct __sk_buff *skb)
{
	called(0);
	bpf_tail_call(skb, &next, 1);
	return 1;
}

SEC("socket")
__auxiliary
int pong(struct __sk_buff *skb)
{
	called(1);
	bpf_tail_call(skb, &next, 0);
	return 2;
}

/* An empty slot, and one that is not there: the filter goes on, and has not spent a call. */
SEC("socket")
__success __retval(5) __table(calls, "u32:0", "u64:1")
int to_nowhere_100_times(struct __sk_buff *skb)
{
	for (int i = 0; i < 50; i++) {
		bpf_tail_call(skb, &next, 2);
		bpf_tail_call(skb, &next, 1000);
	}
	called(0);
	return 5;
}

/* All filters in a table are of one type. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_of_event SEC(".maps");

#define SIGURG 23

/* In an event's filter as in a test run. */
SEC("raw_tp/signal_generate")
__success __tail(next_of_event, 0, from_an_event) __trigger("kill -URG $$; kill -URG $$")
__table(calls, "u32:0", "u64:68")
int from_an_event(struct bpf_raw_tracepoint_args *ctx)
{
	if (ctx->args[0] != SIGURG)
		return 0;
	called(0);
	bpf_tail_call(ctx, &next_of_event, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";

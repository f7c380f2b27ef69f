// SPDX-License-Identifier: GPL-2.0-only
// Timers that are armed, cancelled and freed on one CPU while they go off on another; for the scenario
// beside it. Each packet on lo arms and cancels some: bpf_timer_*() in kernel/bpf/helpers.c.
#include "counts.h"

#define CLOCK_MONOTONIC 1
#define TIMERS 16

struct element {
	struct bpf_timer timer;
	__u64 times;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TIMERS);
	__type(key, __u32);
	__type(value, struct element);
} timers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TIMERS);
	__type(key, __u32);
	__type(value, struct element);
} passing SEC(".maps");

static int went_off(void *table, __u32 *key, struct element *element)
{
	element->times++;
	return count(1);
}

/* Goes on without end. */
static int again(void *table, __u32 *key, struct element *element)
{
	bpf_timer_start(&element->timer, 20000, 0);
	return count(1);
}

/* Frees what it is in. */
static int remove_itself(void *table, __u32 *key, struct element *element)
{
	bpf_map_delete_elem(&passing, key);
	return count(1);
}

/* -EDEADLK: nobody waits for the end of what he does himself. */
static int cancel_itself(void *table, __u32 *key, struct element *element)
{
	if (bpf_timer_cancel(&element->timer) != -35)
		count(2);
	return count(1);
}

static __always_inline int arm_in_array(__u32 key, void *callback)
{
	struct element *element = bpf_map_lookup_elem(&timers, &key);

	if (!element)
		return 0;
	bpf_timer_init(&element->timer, &timers, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&element->timer, callback);
	bpf_timer_start(&element->timer, bpf_get_prandom_u32() % 200000, 0);
	return count(0);
}

SEC("?socket")
int arm_and_cancel(struct __sk_buff *skb)
{
	__u32 key = bpf_get_prandom_u32() % TIMERS;
	struct element *element = bpf_map_lookup_elem(&timers, &key);

	if (element)
		bpf_timer_cancel(&element->timer);
	key = bpf_get_prandom_u32() % TIMERS;
	return arm_in_array(key, went_off);
}

SEC("?socket")
int arm_for_ever(struct __sk_buff *skb)
{
	return arm_in_array(bpf_get_prandom_u32() % TIMERS, again);
}

SEC("?socket")
int arm_to_cancel_itself(struct __sk_buff *skb)
{
	return arm_in_array(bpf_get_prandom_u32() % TIMERS, cancel_itself);
}

SEC("?socket")
int arm_in_passing(struct __sk_buff *skb)
{
	__u32 key = bpf_get_prandom_u32() % TIMERS;
	struct element fresh = {}, *element;

	bpf_map_update_elem(&passing, &key, &fresh, BPF_NOEXIST);
	element = bpf_map_lookup_elem(&passing, &key);
	if (!element)
		return 0;
	bpf_timer_init(&element->timer, &passing, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&element->timer, remove_itself);
	bpf_timer_start(&element->timer, bpf_get_prandom_u32() % 100000, 0);
	key = bpf_get_prandom_u32() % TIMERS;
	bpf_map_delete_elem(&passing, &key);
	return count(0);
}

char _license[] SEC("license") = "GPL";

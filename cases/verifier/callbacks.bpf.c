// SPDX-License-Identifier: GPL-2.0-only
// A function that a helper calls back is verified for any number of rounds, with what every round
// may leave behind: push_callback_call() and prepare_func_exit() in kernel/bpf/verifier.c. Refusals
// are the same in all modes; only the JITs can run callbacks.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct sum {
	__u64 total;
	__u64 index;
};

static long add_round(__u64 round, void *context)
{
	((struct sum *)context)->total += round;
	return 0;
}

SEC("tc") __needs("bpf_loop bpf-to-bpf")
__modes("jit jit-harden")
__success __retval(4950)
int sum_of_100_rounds(struct __sk_buff *skb)
{
	struct sum sum = {};

	bpf_loop(100, add_round, &sum, 0);
	return sum.total;
}

SEC("tc") __needs("bpf_loop")
__modes("interp")
__failure __errno(EINVAL)
__msg("callbacks are not allowed in non-JITed programs")
int sum_without_jit(struct __sk_buff *skb)
{
	struct sum sum = {};

	bpf_loop(100, add_round, &sum, 0);
	return sum.total;
}

static long stop_at_10(__u64 round, void *context)
{
	((struct sum *)context)->total++;
	return round == 9;
}

SEC("tc") __needs("bpf_loop bpf-to-bpf")
__modes("jit jit-harden")
__success __retval(10)
int stopped_by_the_callback(struct __sk_buff *skb)
{
	struct sum sum = {};

	bpf_loop(1 << 20, stop_at_10, &sum, 0);
	return sum.total;
}

static long answer_2(__u64 round, void *context)
{
	return 2;
}

SEC("tc") __needs("bpf_loop")
__failure __errno(EINVAL)
__msg("At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]")
__kernels("", "6.7")
__msg("At callback return the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)")
int callback_that_says_neither_go_on_nor_stop(struct __sk_buff *skb)
{
	bpf_loop(1, answer_2, 0, 0);
	return 0;
}

static long spoil_index(__u64 round, void *context)
{
	((struct sum *)context)->index = bpf_get_prandom_u32();
	return 0;
}

/* The index was 1 before the rounds, of which there may have been none or many. */
SEC("tc") __needs("bpf_loop")
__failure __errno(EACCES)
__msg("invalid unbounded variable-offset read from stack")
int index_changed_by_the_callback(struct __sk_buff *skb)
{
	__u8 bytes[8] = {};
	struct sum sum = { .index = 1 };

	bpf_loop(1, spoil_index, &sum, 0);
	return ((volatile __u8 *)bytes)[sum.index];
}

static long acquire(__u64 round, void *context)
{
	bpf_ringbuf_reserve(&ring, 8, 0);
	return 0;
}

/* Each round must end with what it began with. */
SEC("tc") __needs("bpf_loop")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int reference_acquired_in_a_round(struct __sk_buff *skb)
{
	bpf_loop(1, acquire, 0, 0);
	return 0;
}

static long submit(__u64 round, void *context)
{
	bpf_ringbuf_submit(*(void **)context, 0);
	return 0;
}

/* There may be no round at all. */
SEC("tc") __needs("bpf_loop")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
__kernels("", "6.1")
__msg("func bpf_ringbuf_submit#132 reference has not been acquired before")
int reference_left_to_a_round(struct __sk_buff *skb)
{
	void *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	bpf_loop(1, submit, &record, 0);
	return 0;
}

static long write_key(void *map, const __u32 *key, __u32 *value, void *context)
{
	*(volatile __u32 *)key = 1;
	return 0;
}

SEC("tc") __needs("bpf_for_each_map_elem")
__failure __errno(EACCES)
__msg("write to change key R2 not allowed")
int key_changed_by_the_callback(struct __sk_buff *skb)
{
	bpf_for_each_map_elem(&numbers, write_key, 0, 0);
	return 0;
}

static long double_value(void *map, const __u32 *key, __u32 *value, void *context)
{
	*value = *value * 2 + *key;
	return 0;
}

SEC("tc") __needs("bpf_for_each_map_elem bpf-to-bpf")
__modes("jit jit-harden")
__success
__put(numbers, "u32:0", "u32:10")
__put(numbers, "u32:3", "u32:20")
__table(numbers, "u32:0", "u32:20")
__table(numbers, "u32:1", "u32:1")
__table(numbers, "u32:3", "u32:43")
__retval(4)
int values_changed_by_the_callback(struct __sk_buff *skb)
{
	return bpf_for_each_map_elem(&numbers, double_value, 0, 0);
}

__weak __noinline long global_round(__u64 round, __u64 *context)
{
	return 0;
}

SEC("tc") __needs("bpf_loop")
__failure __errno(EINVAL)
__msg("callback function not static")
int callback_that_is_global(struct __sk_buff *skb)
{
	bpf_loop(1, global_round, 0, 0);
	return 0;
}

SEC("tc") __needs("bpf_loop")
__failure __errno(EACCES)
__msg("R2 type=scalar expected=func")
int callback_that_is_a_number(struct __sk_buff *skb)
{
	bpf_loop(1, (void *)1, 0, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// The deepest stacks that the verifier lets through: 512 bytes over 8 frames (check_max_stack_depth()),
// and a chain of tail calls, each from a frame of its own, that MAX_TAIL_CALL_CNT ends at 33.
#include <case.h>

#define FRAME(name, next)                                                                 \
	static __attribute__((noinline)) int name(int depth)                              \
	{                                                                                 \
		volatile __u64 local[7] = {};                                             \
                                                                                          \
		local[0] = depth;                                                         \
		local[6] = depth + next(depth + 1);                                       \
		return local[6] + local[3] + !(local[0] == depth);                        \
	}

static __attribute__((noinline)) int eighth(int depth)
{
	volatile __u64 local[7] = {};

	local[6] = depth;
	return local[6] + local[3];
}

FRAME(seventh, eighth)
FRAME(sixth, seventh)
FRAME(fifth, sixth)
FRAME(fourth, fifth)
FRAME(third, fourth)
FRAME(second, third)

// 2 + 3 + ... + 8 are 35.
SEC("socket")
__success __retval(35) __needs("bpf-to-bpf")
int eight_frames(struct __sk_buff *skb)
{
	return second(2);
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} self SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

static __attribute__((noinline)) int call_again(struct __sk_buff *skb)
{
	volatile __u64 local[28] = {};
	__u32 key = 0;
	__u64 *times = bpf_map_lookup_elem(&calls, &key);

	local[27] = skb->len;
	if (times)
		++*times;
	bpf_tail_call(skb, &self, 0);
	return local[27] == skb->len ? 1 : 0;
}

// 34 frames of 224 bytes: the first and 33 tail calls, each made by a function that the tail call
// returns from, so that each adds 1 to the 1 of the last. Not in the interpreter, which cannot mix the two.
SEC("socket")
__success __retval(35) __needs("bpf-to-bpf tail-calls-with-subprograms")
__tail(self, 0, tail_calls_from_a_frame) __modes("jit jit-harden")
__table(calls, "u32:0", "u64:34")
int tail_calls_from_a_frame(struct __sk_buff *skb)
{
	return 1 + call_again(skb);
}

char _license[] SEC("license") = "GPL";

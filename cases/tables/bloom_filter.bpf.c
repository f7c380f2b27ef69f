// SPDX-License-Identifier: GPL-2.0-only
// A set that forgets nothing and may only err by finding too much: bloom_map_push_elem() and
// bloom_map_peek_elem() in kernel/bpf/bloom_filter.c. Its bits are so many for the few values here
// that a false answer is out of the question, whatever the seed.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 10000);
	__uint(value_size, sizeof(__u64));
} set SEC(".maps");

static __always_inline int contains(__u64 value)
{
	return bpf_map_peek_elem(&set, &value);
}

SEC("socket")
__success __retval(0) __needs("bloom_filter")
ANSWER(0, -2) ANSWER(1, 0) ANSWER(2, 0) ANSWER(3, 0) ANSWER(4, 0) ANSWER(5, -2) ANSWER(6, -22)
int set_contains_what_was_pushed(void *ctx)
{
	__u64 one = 1, wide = 0x100000000;

	answer(0, contains(1));
	answer_error(1, bpf_map_push_elem(&set, &one, BPF_ANY));
	answer_error(2, bpf_map_push_elem(&set, &wide, BPF_ANY));
	answer(3, contains(1));
	answer(4, contains(0x100000000));
	answer(5, contains(0x100000001));
	answer_error(6, bpf_map_push_elem(&set, &one, BPF_EXIST));
	return 0;
}

char _license[] SEC("license") = "GPL";

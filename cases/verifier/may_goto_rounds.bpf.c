// SPDX-License-Identifier: GPL-2.0-only
// A loop with may_goto that goes round more often than a counter of 16 bits can say. On some machines
// the kernel then looks at the time: bpf_check_timed_may_goto() in kernel/bpf/core.c.
#include <case.h>

#define ROUNDS 100000
#define UNLESS_OVER(out) asm volatile goto("may_goto %l[" #out "]" :::: out)

static __noinline int count_to(__u32 last)
{
	__u32 rounds = 0;

	for (;;) {
		UNLESS_OVER(out);
		if (++rounds >= last)
			break;
	}
out:
	return rounds;
}

SEC("socket") __needs("may_goto may_goto-of-many-rounds")
__success __retval(100050)
int in_the_main_function(struct __sk_buff *skb)
{
	__u32 last = ROUNDS + skb->len, rounds = 0;

	for (;;) {
		UNLESS_OVER(out);
		if (++rounds >= last)
			break;
	}
out:
	return rounds;
}

SEC("socket") __needs("may_goto may_goto-of-many-rounds bpf-to-bpf")
__success __retval(100050)
int in_a_function(struct __sk_buff *skb)
{
	return count_to(ROUNDS + skb->len);
}

char _license[] SEC("license") = "GPL";

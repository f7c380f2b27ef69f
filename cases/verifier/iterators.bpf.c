// SPDX-License-Identifier: GPL-2.0-only
// An iterator lives on the stack, is created, asked until it is dry, and destroyed; what it returns
// may be NULL and only read: process_iter_arg() and process_iter_next_call() in
// kernel/bpf/verifier.c. Kernel functions need the JIT.
#include <case.h>

#define CASE SEC("tc") __modes("jit jit-harden") __needs("bpf_iter_num_new")

CASE
__success __retval(45)
int sum_of_0_to_9(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *number, sum = 0;

	bpf_iter_num_new(&it, 0, 10);
	while ((number = bpf_iter_num_next(&it)))
		sum += *number;
	bpf_iter_num_destroy(&it);
	return sum;
}

/* Far more rounds than a loop may have that is walked round by round. */
CASE
__success __retval(100000)
int count_of_100000(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int count = 0;

	bpf_iter_num_new(&it, 0, 100000);
	while (bpf_iter_num_next(&it))
		count++;
	bpf_iter_num_destroy(&it);
	return count;
}

CASE
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int never_destroyed(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_next(&it);
	return 0;
}

CASE
__failure __errno(EINVAL)
__msg("expected an initialized iter_num as R1")
__kernels("", "7.1") __msg("expected an initialized iter_num as arg #")
int never_created(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	return 0;
}

CASE
__failure __errno(EINVAL)
__msg("expected an initialized iter_num as R1")
__kernels("", "7.1") __msg("expected an initialized iter_num as arg #")
int asked_after_destruction(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_next(&it);
	return 0;
}

CASE
__failure __errno(EINVAL)
__msg("expected uninitialized iter_num as R1")
__kernels("", "7.1") __msg("expected uninitialized iter_num as arg #")
int created_twice(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	return 0;
}

CASE
__failure __errno(EINVAL)
__msg("expected an initialized iter_num as R1")
__kernels("", "7.1") __msg("expected an initialized iter_num as arg #")
int overwritten_by_the_program(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	*(volatile __u32 *)&it = 0;
	bpf_iter_num_destroy(&it);
	return 0;
}

/* It may be dry from the start, and NULL is the number 0. */
CASE
__failure __errno(EACCES)
__msg("R0 invalid mem access 'scalar'")
int number_read_without_check(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int number;

	bpf_iter_num_new(&it, 0, 10);
	number = *bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	return number;
}

CASE
__failure __errno(EACCES)
__msg("R0 cannot write into rdonly_mem")
int number_written(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *number;

	bpf_iter_num_new(&it, 0, 10);
	while ((number = bpf_iter_num_next(&it)))
		*number = 1;
	bpf_iter_num_destroy(&it);
	return 0;
}

char _license[] SEC("license") = "GPL";

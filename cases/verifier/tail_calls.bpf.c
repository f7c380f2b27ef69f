// SPDX-License-Identifier: GPL-2.0-only
// Where a program may be left for another one: nothing may be held, little stack be in use, and
// the interpreter cannot do it out of a function: check_helper_call(),
// check_map_func_compatibility() and check_max_stack_depth_subprog() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

/* All slots are empty, so every call comes back; slot 1 is one too many. */
SEC("socket")
__success __success_unpriv
__retval(3)
int slot_beyond_the_last(void *ctx)
{
	bpf_tail_call(ctx, &programs, 1);
	return 3;
}

SEC("socket")
__success __success_unpriv
__retval(4)
int slot_known_at_run_time_only(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &programs, skb->len);
	return 4;
}

SEC("socket")
__failure __errno(EINVAL)
__msg("tail_call would lead to reference leak")
int record_taken_along(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record)
		return 0;
	bpf_tail_call(ctx, &programs, 0);
	bpf_ringbuf_discard(record, 0);
	return 0;
}

static __used __noinline int leaves(void *ctx)
{
	bpf_tail_call_static(ctx, &programs, 0);
	return 5;
}

/* bpf_jit_supports_subprog_tailcalls() */
#define JITS_THAT_CAN __modes("jit jit-harden") __needs("tail-calls-with-subprograms")

#define CALL_WITH_STACK_IN_USE(bytes)			\
	asm volatile ("r0 = 0;"				\
		      "*(u64 *)(r10 - " #bytes ") = r0;"	\
		      "call leaves;"			\
		      "exit;" ::: __clobber_all)

/* 33 programs with less than 256 bytes each are what the kernel's own stack can bear. */
SEC("tc")
JITS_THAT_CAN
__success __retval(5)
__kernels("", "6.1") __failure __errno(EACCES)
__msg("tail_calls are not allowed when call stack of previous frames is 256 bytes. Too large")
__naked int out_of_a_function_with_240_bytes_in_use(void)
{
	CALL_WITH_STACK_IN_USE(240);
}

SEC("tc")
JITS_THAT_CAN
__failure __errno(EACCES)
__msg("tail_calls are not allowed when call stack of previous frames is 256 bytes. Too large")
__naked int out_of_a_function_with_256_bytes_in_use(void)
{
	CALL_WITH_STACK_IN_USE(256);
}

SEC("tc")
__modes("interp")
__failure __errno(EINVAL)
__msg("mixing of tail_calls and bpf-to-bpf calls is not supported")
__kernels("", "6.12")
__msg("tail_calls are not allowed in non-JITed programs with bpf-to-bpf calls")
int out_of_a_function_without_jit(struct __sk_buff *skb)
{
	return leaves(skb);
}

static __noinline void leaves_for_nothing(void *ctx)
{
	bpf_tail_call_static(ctx, &programs, 0);
}

/* The other program's result would be the function's, so it must have one. */
SEC("tc")
JITS_THAT_CAN
__failure __errno(EINVAL)
__msg("tail_call is only allowed in functions that return 'int'.")
int out_of_a_function_without_result(struct __sk_buff *skb)
{
	leaves_for_nothing(skb);
	return 0;
}

char _license[] SEC("license") = "GPL";

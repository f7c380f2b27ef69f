// SPDX-License-Identifier: GPL-2.0-only
// Tail calls: into another filter for good, or on with the next instruction, if there is none in
// the slot, the index is too large or 33 have been made. JMP_TAIL_CALL of ___bpf_prog_run() in
// kernel/bpf/core.c, emit_bpf_tail_call*() of the JITs.
#include "vector.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

/* bpf_tail_call() with an index of 64 bits; r1 to r5 are gone if it comes back. */
#define TAIL_CALL(ctx, index)							\
	asm volatile("r1 = %[context]\n\t"					\
		     "r2 = %[table] ll\n\t"					\
		     "r3 = %[slot]\n\t"						\
		     "call %[bpf_tail_call]"					\
		     : : [context] "r"(ctx), [table] "i"(&jumps), [slot] "r"(index), \
			 __imm(bpf_tail_call)					\
		     : "r0", "r1", "r2", "r3", "r4", "r5", "memory")

SEC("socket") __auxiliary
int returns_7(struct __sk_buff *ctx)
{
	return 7;
}

/* 50: a socket filter sees the 64 bytes of a test run without the Ethernet header. */
SEC("socket") __auxiliary
int returns_length(struct __sk_buff *ctx)
{
	return ctx->len;
}

SEC("socket") __auxiliary
int goes_on_to_slot_1(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &jumps, 1);
	return -2;
}

SEC("socket")
__success __retval(7)
__tail(jumps, 0, returns_7)
int tail_call_does_not_come_back(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return -1;
}

SEC("socket")
__success __retval(5)
__tail(jumps, 0, returns_7)
int tail_call_into_empty_slot_falls_through(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &jumps, 1);
	return 5;
}

/* By one, and so far that an index times eight bytes would come round to slot 0. */
SEC("socket")
__success __retval(3)
__put(rows, "u32:0", "u64:4 u64:0xffffffff u64:0x20000000")
__tail(jumps, 0, returns_7)
int tail_call_beyond_the_table_falls_through(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);
	int passed = 0;

	if (!row)
		return -1;
	TAIL_CALL(ctx, row->left);
	passed++;
	TAIL_CALL(ctx, row->right);
	passed++;
	TAIL_CALL(ctx, row->result);
	passed++;
	return passed;
}

SEC("socket")
__success __retval(50)
__put(rows, "u32:0", "u64:3 u64:0 u64:0")
__tail(jumps, 0, returns_7) __tail(jumps, 3, returns_length)
int tail_call_by_a_variable_index(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);

	if (!row)
		return -1;
	TAIL_CALL(ctx, row->left);
	return -1;
}

SEC("socket")
__success __retval(7)
__put(rows, "u32:0", "u64:0xffffffff00000002 u64:0 u64:0")
__tail(jumps, 2, returns_7)
int tail_call_index_has_32_bits(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);

	if (!row)
		return -1;
	TAIL_CALL(ctx, row->left);
	return -1;
}

SEC("socket")
__success __retval(50)
__tail(jumps, 0, goes_on_to_slot_1) __tail(jumps, 1, returns_length)
int tail_call_from_a_tail_call(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return -1;
}

/* MAX_TAIL_CALL_CNT in include/linux/bpf.h: the filter runs once and 33 times more. */
SEC("socket")
__success __retval(34)
__table(rows, "u32:0", "u64:34 u64:0 u64:0")
__tail(jumps, 0, tail_call_limit_is_33)
int tail_call_limit_is_33(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);

	if (!row)
		return -1;
	row->left++;
	bpf_tail_call(ctx, &jumps, 0);
	row = find_row(0);
	return row ? row->left : -1;
}

/* The same by an index that no JIT can patch into a jump. */
SEC("socket")
__success __retval(34)
__put(rows, "u32:1", "u64:2 u64:0 u64:0")
__table(rows, "u32:0", "u64:34 u64:0 u64:0")
__tail(jumps, 2, tail_call_limit_by_a_variable_index)
int tail_call_limit_by_a_variable_index(struct __sk_buff *ctx)
{
	struct row *count = find_row(0), *index = find_row(1);

	if (!count || !index)
		return -1;
	count->left++;
	TAIL_CALL(ctx, index->left);
	return count->left;
}

/* What is kept across a call that finds nothing: r6 to r9 and the stack. */
SEC("socket")
__success __retval(100)
__put(rows, "u32:0", "u64:10 u64:20 u64:0")
int tail_call_that_fails_keeps_registers(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);
	__u64 a, b, c, d;

	if (!row)
		return -1;
	a = row->left;
	b = row->right;
	c = row->left + row->right;
	d = row->right * 2;
	TAIL_CALL(ctx, b);
	return a + b + c + d;
}

char _license[] SEC("license") = "GPL";

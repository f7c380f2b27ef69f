// SPDX-License-Identifier: GPL-2.0-only
// A tail call in a subprogram replaces that subprogram only: the filter it goes to returns to the
// subprogram's caller (emit_bpf_tail_call_indirect() and its like in the JITs).
#include "vector.h"

/* The interpreter cannot: fixup_call_args() in kernel/bpf/verifier.c refuses with "tail_calls are
 * not allowed in non-JITed programs with bpf-to-bpf calls".
 */
#define WHERE_ALLOWED __modes("jit jit-harden") __needs("tail-calls-with-subprograms")

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

SEC("tc") __auxiliary
int returns_7(struct __sk_buff *ctx)
{
	return 7;
}

/* Index times three, if there is nothing in the slot. */
static __noinline int jump(struct __sk_buff *ctx, __u32 index)
{
	bpf_tail_call(ctx, &jumps, index);
	return index * 3;
}

SEC("tc")
__success __retval(0x1007) WHERE_ALLOWED
__put(rows, "u32:0", "u64:0x600 u64:0xa00 u64:0")
__tail(jumps, 0, returns_7)
int tail_call_returns_to_the_caller(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);
	__u64 left, right;

	if (!row)
		return -1;
	left = row->left;
	right = row->right;
	return jump(ctx, 0) + left + right;
}

SEC("tc")
__success __retval(0x1003) WHERE_ALLOWED
__put(rows, "u32:0", "u64:0x600 u64:0xa00 u64:0")
__tail(jumps, 0, returns_7)
int empty_slot_falls_through_in_a_subprogram(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);
	__u64 left, right;

	if (!row)
		return -1;
	left = row->left;
	right = row->right;
	return jump(ctx, 1) + left + right;
}

/* Each tail call goes one call deeper. All 34 come back, and each of them adds one. */
SEC("tc")
__success __retval(34) WHERE_ALLOWED
__table(rows, "u32:0", "u64:34 u64:0 u64:0")
__tail(jumps, 0, limit_is_33_from_a_subprogram)
int limit_is_33_from_a_subprogram(struct __sk_buff *ctx)
{
	struct row *row = find_row(0);

	if (!row)
		return -1;
	row->left++;
	return jump(ctx, 0) + 1;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Functions that helpers call back: bpf_loop() in kernel/bpf/bpf_iter.c, which inline_bpf_loop() in
// kernel/bpf/verifier.c makes a real loop of where it knows the function, bpf_for_each_map_elem().
#include "vector.h"

/* The interpreter has no address of a function: fixup_call_args() in kernel/bpf/verifier.c refuses
 * with "callbacks are not allowed in non-JITed programs".
 */
#define CALLS_BACK(helper) __modes("jit jit-harden") __needs(helper " bpf-to-bpf")

struct sum {
	__u64 total;
	__u32 calls;
	__u32 last;
};

/* Weighs the numbers by their order, and stops if asked to. */
static long add_number(__u32 number, void *context)
{
	struct sum *sum = context;

	sum->total = sum->total * 31 + number;
	sum->calls++;
	return number == sum->last;
}

SEC("socket")
__success __retval(10) CALLS_BACK("bpf_loop")
__table(rows, "u32:0", "u64:0 u64:10 u64:0xd409d62805")
int bpf_loop_counts_from_zero(void *ctx)
{
	struct row *row = find_row(0);
	struct sum sum = { .last = 100 };
	long loops;

	if (!row)
		return -1;
	loops = bpf_loop(10, add_number, &sum, 0);
	row->right = sum.calls;
	row->result = sum.total;
	return loops;
}

/* The call that returns 1 is counted. */
SEC("socket")
__success __retval(4) CALLS_BACK("bpf_loop")
__table(rows, "u32:0", "u64:0 u64:4 u64:0x402")
int bpf_loop_stops_when_told(void *ctx)
{
	struct row *row = find_row(0);
	struct sum sum = { .last = 3 };
	long loops;

	if (!row)
		return -1;
	loops = bpf_loop(10, add_number, &sum, 0);
	row->right = sum.calls;
	row->result = sum.total;
	return loops;
}

static long subtract_number(__u32 number, void *context)
{
	struct sum *sum = context;

	sum->total = sum->total * 31 - number;
	sum->calls++;
	return 0;
}

/* Which function is called depends on the table, so that the helper itself has to call it. */
SEC("socket")
__success __retval(10) CALLS_BACK("bpf_loop")
__put(rows, "u32:0", "u64:1 u64:0 u64:0")
__table(rows, "u32:0", "u64:1 u64:10 u64:0xffffff2bf629d7fb")
int bpf_loop_over_one_of_two_functions(void *ctx)
{
	struct row *row = find_row(0);
	struct sum sum = { .last = 100 };
	long loops;

	if (!row)
		return -1;
	if (row->left)
		loops = bpf_loop(10, subtract_number, &sum, 0);
	else
		loops = bpf_loop(10, add_number, &sum, 0);
	row->right = sum.calls;
	row->result = sum.total;
	return loops;
}

/* Only 32 bits of the first error are looked at: inline_bpf_loop() moves -E2BIG into r0 as 32 bits,
 * and so it is not negative for who reads all 64.
 */
SEC("socket")
__success __retval(0) CALLS_BACK("bpf_loop")
__put(rows, "u32:0", "u64:0x800001 u64:1 u64:0")
__table(rows, "u32:1", "s64:-7 s64:-22 u64:0")
int bpf_loop_refuses_too_many_and_flags(void *ctx)
{
	struct row *row = find_row(0), *found = find_row(1);
	struct sum sum = {};

	if (!row || !found)
		return -1;
	found->left = (int)bpf_loop(row->left, add_number, &sum, 0);
	found->right = bpf_loop(1, add_number, &sum, row->right);
	found->result = bpf_loop(0, add_number, &sum, 0);
	return sum.calls;
}

struct product {
	__u32 outer;
	__u32 sum;
};

static long inner_step(__u32 inner, void *context)
{
	struct product *product = context;

	product->sum += product->outer * inner;
	return 0;
}

static long outer_step(__u32 outer, void *context)
{
	struct product *product = context;

	product->outer = outer;
	return bpf_loop(5, inner_step, product, 0) != 5;
}

/* (0 + 1 + 2 + 3) * (0 + 1 + 2 + 3 + 4) */
SEC("socket")
__success __retval(60) CALLS_BACK("bpf_loop")
int bpf_loop_in_a_loop(void *ctx)
{
	struct product product = {};

	if (bpf_loop(4, outer_step, &product, 0) != 4)
		return -1;
	return product.sum;
}

/* A callback that uses all the registers that belong to its caller. */
static __naked __noinline __used long overwrite_all(void)
{
	asm volatile("r0 = 0\n\t"
		     "r6 = -1\n\t"
		     "r7 = -1\n\t"
		     "r8 = -1\n\t"
		     "r9 = -1\n\t"
		     "*(u64 *)(r10 - 8) = r9\n\t"
		     "exit");
}

SEC("socket")
__success __retval(0) CALLS_BACK("bpf_loop")
ROW(0, 1, 2, 0x100000000000010)
__naked int callback_keeps_registers_and_stack(void)
{
	asm volatile("r1 = 0\n\t"
		     "*(u32 *)(r10 - 4) = r1\n\t"
		     "r2 = r10\n\t"
		     "r2 += -4\n\t"
		     "r1 = %[rows] ll\n\t"
		     "call %[bpf_map_lookup_elem]\n\t"
		     "if r0 == 0 goto 1f\n\t"
		     "r9 = r0\n\t"
		     "r6 = *(u64 *)(r9 + 0)\n\t"
		     "r7 = *(u64 *)(r9 + 8)\n\t"
		     "r8 = 0x100000000000000 ll\n\t"
		     "*(u64 *)(r10 - 8) = r7\n\t"
		     "r1 = 3\n\t"
		     "r2 = overwrite_all ll\n\t"
		     "r3 = 0\n\t"
		     "r4 = 0\n\t"
		     "call %[bpf_loop]\n\t"
		     "r6 *= 2\n\t"
		     "r8 += r6\n\t"
		     "r7 *= 6\n\t"
		     "r8 += r7\n\t"
		     "r1 = *(u64 *)(r10 - 8)\n\t"
		     "r8 += r1\n\t"
		     "*(u64 *)(r9 + 16) = r8\n"
		     "1:\tr0 = 0\n\t"
		     "exit"
		     : : __imm(bpf_map_lookup_elem), __imm(bpf_loop), __imm_addr(rows)
		     : __clobber_all);
}

static long add_row(void *table, __u32 *slot, struct row *row, struct sum *sum)
{
	sum->total = sum->total * 31 + row->left;
	sum->calls++;
	return 0;
}

/* All rows of the table in their order, the empty ones after the three as well. */
SEC("socket")
__success __retval(20) CALLS_BACK("bpf_for_each_map_elem")
__put(rows, "u32:0", "u64:1 u64:0 u64:0")
__put(rows, "u32:1", "u64:2 u64:0 u64:0")
__put(rows, "u32:2", "u64:3 u64:0 u64:0")
__table(rows, "u32:0", "u64:1 u64:20 u64:0x17bba2c5d0ac403e")
int for_each_element_in_order(void *ctx)
{
	struct row *row = find_row(0);
	struct sum sum = {};
	long visited;

	if (!row)
		return -1;
	visited = bpf_for_each_map_elem(&rows, add_row, &sum, 0);
	row->right = sum.calls;
	row->result = sum.total;
	return visited;
}

char _license[] SEC("license") = "GPL";

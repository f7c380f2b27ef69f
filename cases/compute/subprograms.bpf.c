// SPDX-License-Identifier: GPL-2.0-only
// Calls between functions of one program: five arguments, 64 bits come back, r6 to r9 are kept,
// each call has a stack of its own (RFC 9669, section 4.3.2). JMP_CALL_ARGS of ___bpf_prog_run() in
// kernel/bpf/core.c; jit_subprogs() in kernel/bpf/verifier.c and the prologues of the JITs.
#include "vector.h"

/* r1 + r2 * 3 + r3 * 5 + r4 * 7 + r5 * 11 */
static __naked __noinline __used __u64 weigh(void)
{
	asm volatile("r2 *= 3\n\t"
		     "r3 *= 5\n\t"
		     "r4 *= 7\n\t"
		     "r5 *= 11\n\t"
		     "r0 = r1\n\t"
		     "r0 += r2\n\t"
		     "r0 += r3\n\t"
		     "r0 += r4\n\t"
		     "r0 += r5\n\t"
		     "exit");
}

#define EXECUTE_CALLS(insns, row)						\
	asm volatile("r1 = %[left]\n\t"						\
		     "r2 = %[right]\n\t"					\
		     insns "\n\t"						\
		     "%[result] = r0"						\
		     : [result] "=r"((row)->result)				\
		     : [left] "r"((row)->left), [right] "r"((row)->right)	\
		     : "r0", "r1", "r2", "r3", "r4", "r5")

/* The arguments are left, right, left - 1, right - 1, 0x80000000. */
#define WEIGHED(V)								\
	V(0, 0, 0, 0x57ffffff4)							\
	V(1, 1, 2, 0x58000000e)							\
	V(2, 0x0123456789abcdef, 0xfedcba9876543210, 0xfb72ea675950c82e)

SEC("socket")
__success __retval(0) __needs("bpf-to-bpf")
WEIGHED(ROW)
int subprogram_with_five_arguments(void *ctx)
{
	FIRST_ROWS(3, EXECUTE_CALLS, "r3 = r1\n\t"
				     "r3 -= 1\n\t"
				     "r4 = r2\n\t"
				     "r4 -= 1\n\t"
				     "r5 = 0x80000000 ll\n\t"
				     "call weigh");
	return 0;
}

static __naked __noinline __used void overwrite_all(void)
{
	asm volatile("r0 = -1\n\t"
		     "r1 = -1\n\t"
		     "r2 = -1\n\t"
		     "r3 = -1\n\t"
		     "r4 = -1\n\t"
		     "r5 = -1\n\t"
		     "r6 = -1\n\t"
		     "r7 = -1\n\t"
		     "r8 = -1\n\t"
		     "r9 = -1\n\t"
		     "*(u64 *)(r10 - 8) = r9\n\t"
		     "*(u64 *)(r10 - 16) = r9\n\t"
		     "*(u64 *)(r10 - 24) = r9\n\t"
		     "*(u64 *)(r10 - 32) = r9\n\t"
		     "exit");
}

/* r6 to r9 and two places of the stack are left, left + 1, …, left + 5; the result their sum. */
SEC("socket")
__success __retval(0) __needs("bpf-to-bpf")
ROW(0, 0x0123456789abcdef, 0, 0x6d3a06d3a06d3a9)
__naked int subprogram_keeps_registers_and_stack(void)
{
	asm volatile("r1 = 0\n\t"
		     "*(u32 *)(r10 - 4) = r1\n\t"
		     "r2 = r10\n\t"
		     "r2 += -4\n\t"
		     "r1 = %[rows] ll\n\t"
		     "call %[bpf_map_lookup_elem]\n\t"
		     "if r0 == 0 goto 1f\n\t"
		     "*(u64 *)(r10 - 24) = r0\n\t"
		     "r6 = *(u64 *)(r0 + 0)\n\t"
		     "r7 = r6\n\t"
		     "r7 += 1\n\t"
		     "r8 = r6\n\t"
		     "r8 += 2\n\t"
		     "r9 = r6\n\t"
		     "r9 += 3\n\t"
		     "r1 = r6\n\t"
		     "r1 += 4\n\t"
		     "*(u64 *)(r10 - 8) = r1\n\t"
		     "r1 += 1\n\t"
		     "*(u64 *)(r10 - 16) = r1\n\t"
		     "call overwrite_all\n\t"
		     "call overwrite_all\n\t"
		     "r6 += r7\n\t"
		     "r6 += r8\n\t"
		     "r6 += r9\n\t"
		     "r1 = *(u64 *)(r10 - 8)\n\t"
		     "r6 += r1\n\t"
		     "r1 = *(u64 *)(r10 - 16)\n\t"
		     "r6 += r1\n\t"
		     "r0 = *(u64 *)(r10 - 24)\n\t"
		     "*(u64 *)(r0 + 16) = r6\n"
		     "1:\tr0 = 0\n\t"
		     "exit"
		     : : __imm(bpf_map_lookup_elem), __imm_addr(rows) : __clobber_all);
}

/* Each level puts its argument on its stack, calls the next with it times three plus one, and adds
 * what it kept to what came back.
 */
#define LEVEL(name, next)							\
	static __naked __noinline __used __u64 name(void)			\
	{									\
		asm volatile("*(u64 *)(r10 - 8) = r1\n\t"			\
			     "r6 = r1\n\t"					\
			     "r1 *= 3\n\t"					\
			     "r1 += 1\n\t"					\
			     "call " #next "\n\t"				\
			     "r1 = *(u64 *)(r10 - 8)\n\t"			\
			     "r1 -= r6\n\t"					\
			     "r0 += r6\n\t"					\
			     "r0 += r1\n\t"					\
			     "exit");						\
	}

static __naked __noinline __used __u64 level_8(void)
{
	asm volatile("r0 = r1\n\t"
		     "exit");
}

LEVEL(level_7, level_8)
LEVEL(level_6, level_7)
LEVEL(level_5, level_6)
LEVEL(level_4, level_5)
LEVEL(level_3, level_4)
LEVEL(level_2, level_3)

/* MAX_CALL_FRAMES in include/linux/bpf_verifier.h is 8; the filter itself is the first. */
#define DEEP(V)			\
	V(0, 0, 0, 543)	\
	V(1, 1, 0, 1636)	\
	V(2, -1, 0, 0xfffffffffffffdda)

SEC("socket")
__success __retval(0) __needs("bpf-to-bpf")
DEEP(ROW)
int subprograms_eight_deep(void *ctx)
{
	FIRST_ROWS(3, EXECUTE_CALLS, "call level_2");
	return 0;
}

/* The verifier looks at a function that is not static by itself. */
__noinline __u64 factorial_step(__u64 product, __u32 factor)
{
	return product * factor;
}

SEC("socket")
__success __retval(0) __needs("bpf-to-bpf")
__put(rows, "u32:0", "u64:1 u64:20 u64:0")
__table(rows, "u32:0", "u64:1 u64:20 u64:2432902008176640000")
int global_function_in_a_loop(void *ctx)
{
	struct row *row = find_row(0);
	__u64 product;

	if (!row)
		return -1;
	product = row->left;
	for (__u32 factor = 1; factor <= 20; factor++)
		product = factorial_step(product, factor);
	row->result = product;
	return 0;
}

/* Writes into the stack of its caller. */
static __noinline void swap_halves(__u32 *pair)
{
	__u32 first = pair[0];

	pair[0] = pair[1];
	pair[1] = first;
	/* Else clang would do it where it is called. */
	asm volatile("" : : : "memory");
}

SEC("socket")
__success __retval(0) __needs("bpf-to-bpf")
__put(rows, "u32:0", "u64:0x11111111 u64:0x22222222 u64:0")
__table(rows, "u32:0", "u64:0x11111111 u64:0x22222222 u32:0x22222222 u32:0x11111111")
int subprogram_writes_to_the_callers_stack(void *ctx)
{
	struct row *row = find_row(0);
	__u32 pair[2];

	if (!row)
		return -1;
	pair[0] = row->left;
	pair[1] = row->right;
	swap_halves(pair);
	__builtin_memcpy(&row->result, pair, sizeof(pair));
	return 0;
}

char _license[] SEC("license") = "GPL";

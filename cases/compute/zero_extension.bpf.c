// SPDX-License-Identifier: GPL-2.0-only
// A 32-bit instruction leaves zeros in the upper half. Some machines need a second instruction for
// that, and the verifier adds it where the upper half is read later, by whatever way:
// mark_reg_read() and opt_subreg_zext_lo32_rnd_hi32() in kernel/bpf/verifier.c. The flag fills it
// with random bits where the verifier believes that nobody reads it: so mistakes show everywhere.
#include <stddef.h>
#include "vector.h"

#define RANDOM_ELSEWHERE __flag(BPF_F_TEST_RND_HI32)

/* left < right takes the low half, else all of left. */
#define PATHS(V)								\
	V(0, 0xffffffff00000001, 0xffffffff00000002, 1)				\
	V(1, 0xffffffff00000002, 0xffffffff00000002, 0xffffffff00000002)	\
	V(2, 0x0000000180000000, 0x0000000200000000, 0x80000000)		\
	V(3, 0xffffffffffffffff, 0x0000000200000000, 0xffffffffffffffff)

SEC("socket")
__success __retval(0) RANDOM_ELSEWHERE
PATHS(ROW)
int zero_extension_on_one_of_two_paths(void *ctx)
{
	EACH_ROW(EXECUTE, "if r1 < r2 goto +2\n\t"
			  "r3 = r1\n\t"
			  "goto +1\n\t"
			  "w3 = w1\n\t"
			  "r1 = r3");
	return 0;
}

/* The low half of left + right. */
#define SUMS(V)									\
	V(0, 0xffffffff00000001, 0xffffffff00000002, 3)				\
	V(1, 0x0123456789abcdef, 0x1111111111111111, 0x9abcdf00)		\
	V(2, 0x00000000ffffffff, 0x0000000000000001, 0)				\
	V(3, 0xffffffff80000000, 0xffffffff00000000, 0x80000000)

SEC("socket")
__success __retval(0) RANDOM_ELSEWHERE
SUMS(ROW)
int zero_extension_through_the_stack(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 += w2\n\t"
			  "*(u64 *)(r10 - 64) = r1\n\t"
			  "r1 = -1\n\t"
			  "r1 = *(u64 *)(r10 - 64)");
	return 0;
}

SEC("socket")
__success __retval(0) RANDOM_ELSEWHERE
SUMS(ROW)
int zero_extension_through_a_copy(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 += w2\n\t"
			  "r3 = r1\n\t"
			  "r2 = r3\n\t"
			  "r1 = r2");
	return 0;
}

/* Reads all of its argument. */
static __naked __noinline __used __u64 all_of(__u64 argument)
{
	asm volatile("r0 = r1\n\t"
		     "exit");
}

/* Sets the low half of what it returns. */
static __naked __noinline __used __u64 low_half_of(__u64 argument)
{
	asm volatile("w0 = w1\n\t"
		     "exit");
}

#define EXECUTE_CALL(insns, row)						\
	asm volatile("r1 = %[left]\n\t"						\
		     "r2 = %[right]\n\t"					\
		     insns "\n\t"						\
		     "%[result] = r0"						\
		     : [result] "=r"((row)->result)				\
		     : [left] "r"((row)->left), [right] "r"((row)->right)	\
		     : "r0", "r1", "r2", "r3", "r4", "r5")

SEC("socket")
__success __retval(0) __needs("bpf-to-bpf") RANDOM_ELSEWHERE
SUMS(ROW)
int zero_extension_of_an_argument(void *ctx)
{
	EACH_ROW(EXECUTE_CALL, "w1 += w2\n\t"
			       "call all_of");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("bpf-to-bpf") RANDOM_ELSEWHERE
SUMS(ROW)
int zero_extension_of_a_return_value(void *ctx)
{
	EACH_ROW(EXECUTE_CALL, "r1 += r2\n\t"
			       "call low_half_of");
	return 0;
}

/* The third argument of bpf_strtoul() has 64 bits, of which it allows only the low five. */
SEC("socket")
__success __retval(3) __needs("bpf_strtoul") RANDOM_ELSEWHERE
__put(rows, "u32:0", "u64:0xffffffff00000010 u64:0 u64:0")
__table(rows, "u32:0", "u64:0xffffffff00000010 u64:0 u64:0x1fa")
int zero_extension_of_a_helper_argument(void *ctx)
{
	struct row *row = find_row(0);
	unsigned long number = 0;
	char text[8] = "1fa";
	long length;

	if (!row)
		return -1;
	asm volatile("r1 = %[text]\n\t"
		     "r2 = 8\n\t"
		     "r3 = %[base]\n\t"
		     "w3 = w3\n\t"
		     "r4 = %[number]\n\t"
		     "call %[bpf_strtoul]\n\t"
		     "%[length] = r0"
		     : [length] "=r"(length)
		     : [text] "r"(text), [number] "r"(&number), [base] "r"(row->left),
		       __imm(bpf_strtoul)
		     : "r0", "r1", "r2", "r3", "r4", "r5", "memory");
	row->result = number;
	return length;
}

/* A jump of 32 bits reads the low halves and changes nothing. */
#define KEPT(V)									\
	V(0, 0xffffffff00000001, 0x0000000000000001, 0xffffffff00000001)	\
	V(1, 0xffffffff00000001, 0xffffffff00000002, 0xffffffff00000003)	\
	V(2, 0x8000000000000000, 0x0000000100000000, 0x8000000000000000)

SEC("socket")
__success __retval(0) RANDOM_ELSEWHERE
KEPT(ROW)
int jump32_leaves_the_upper_half(void *ctx)
{
	EACH_ROW(EXECUTE, "if w1 == w2 goto +1\n\t"
			  "r1 += 2");
	return 0;
}

/* The verifier knows the end already, with any 64 bits in r7, when it comes there with the sum; it
 * prunes the path, and must remember what is read of r7 after it.
 */
SEC("socket")
__success __retval(0) RANDOM_ELSEWHERE __flag(BPF_F_TEST_STATE_FREQ)
__needs("zero-extension-on-pruned-paths")
__naked int zero_extension_on_a_pruned_path(void)
{
	asm volatile("r6 = *(u32 *)(r1 + %[len])\n\t"
		     "r8 = *(u64 *)(r1 + %[cb])\n\t"
		     "if r6 != 7 goto +2\n\t"
		     "r7 = r8\n\t"
		     "goto +2\n\t"
		     "r7 = -0x80000000\n\t"
		     "w7 += w6\n\t"
		     "r0 = r7\n\t"
		     "r0 >>= 32\n\t"
		     "exit"
		     : : __imm_const(len, offsetof(struct __sk_buff, len)),
			 __imm_const(cb, offsetof(struct __sk_buff, cb))
		     : __clobber_all);
}

char _license[] SEC("license") = "GPL";

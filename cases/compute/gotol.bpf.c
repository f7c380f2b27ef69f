// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// GOTOL has a 32-bit offset, in the place of the immediate (RFC 9669, section 4.3): JMP32_JA of
// ___bpf_prog_run() in kernel/bpf/core.c, and bpf_adj_delta_to_imm() when the verifier patches.
#include "vector.h"

/* Runs ((left * 3 + 1) * 5 + 2) * 7 + 3, whose three steps do not stand in this order. */
#define STEPS(V)		\
	V(0, 0, 0, 52)		\
	V(1, 1, 0, 157)		\
	V(2, 100, 0, 10552)	\
	V(3, -1, 0, -53)

SEC("socket")
__success __retval(0) __needs("gotol")
STEPS(ROW)
int gotol_forward_and_back(void *ctx)
{
	EACH_ROW(EXECUTE, "gotol +2\n\t"		/* to * 3 */
			  "r1 *= 7\n\t"			/* the third step */
			  "gotol +5\n\t"		/* to + 3 */
			  "r1 *= 3\n\t"
			  "r1 += 1\n\t"
			  "r1 *= 5\n\t"
			  "r1 += 2\n\t"
			  "gotol -7\n\t"		/* to * 7 */
			  "r1 += 3");
	return 0;
}

#define FILL(insn) ".rept 33000\n\t" insn "\n\t.endr\n\t"

/* Forward over 33000 additions of `right`, and back to them unless `left` is odd: more than the 16
 * bits of a plain goto.
 */
#define JUMP_FAR_AND_BACK							\
	asm volatile("r1 = 0\n\t"						\
		     "*(u32 *)(r10 - 4) = r1\n\t"				\
		     "r2 = r10\n\t"						\
		     "r2 += -4\n\t"						\
		     "r1 = %[rows] ll\n\t"					\
		     "call %[bpf_map_lookup_elem]\n\t"				\
		     "if r0 != 0 goto 2f\n\t"					\
		     "r0 = -1\n\t"						\
		     "exit\n"							\
		     "2:\tr1 = *(u64 *)(r0 + 0)\n\t"				\
		     "r2 = *(u64 *)(r0 + 8)\n\t"				\
		     "gotol 4f\n"						\
		     "3:\t" FILL("r1 += r2")					\
		     "gotol 5f\n"						\
		     "4:\tr3 = r1\n\t"						\
		     "r3 &= 1\n\t"						\
		     "if r3 != 0 goto 5f\n\t"					\
		     "gotol 3b\n"						\
		     "5:\t*(u64 *)(r0 + 16) = r1\n\t"				\
		     "r0 = 0\n\t"						\
		     "exit"							\
		     : : __imm(bpf_map_lookup_elem), __imm_addr(rows) : __clobber_all)

SEC("socket")
__success __retval(0) __needs("gotol")
ROW(0, 2, 0x100000001, 0x80e8000080ea)
__naked int gotol_back_beyond_16_bits(void)
{
	JUMP_FAR_AND_BACK;
}

SEC("socket")
__success __retval(0) __needs("gotol")
ROW(0, 1, 0x100000001, 1)
__naked int gotol_forward_beyond_16_bits(void)
{
	JUMP_FAR_AND_BACK;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Programs of many thousand instructions, and jumps over more and more of them: the JITs choose the
// form of a jump by its distance and go over the code until no distance changes any more
// (bpf_int_jit_compile() in arch/x86/net/bpf_jit_comp.c), blinding makes the distances longer
// (bpf_jit_blind_constants() in kernel/bpf/core.c).
#include "vector.h"

/* left + 6000 * right. */
#define STRAIGHT(V)							\
	V(0, 0, 1, 6000)						\
	V(1, 0xffffffffffffffff, 0x100000001, 0x17700000176f)

#define STRAIGHT_RUN(slot, left, right, result) \
	ONE_ROW(EXECUTE, slot, ".rept 6000\n\tr1 += r2\n\t.endr")

SEC("socket")
__success __retval(0)
STRAIGHT(ROW)
int six_thousand_instructions(void *ctx)
{
	STRAIGHT(STRAIGHT_RUN);
	return 0;
}

/* Each one has a constant to be blinded: left = left * 3 + 5, 750 times. */
#define CONSTANTS(V)			\
	V(0, 0, 0, 0xb8a82094a293706c)	\
	V(1, 1, 0, 0x9c1e94034a019d65)

#define CONSTANTS_RUN(slot, left, right, result) \
	ONE_ROW(EXECUTE, slot, ".rept 750\n\tr1 *= 3\n\tr1 += 5\n\t.endr")

SEC("socket")
__success __retval(0)
CONSTANTS(ROW)
int three_thousand_constants(void *ctx)
{
	CONSTANTS(CONSTANTS_RUN);
	return 0;
}

#define DISTANCES								\
	"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31," \
	"32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59," \
	"60,61,62,63\n\t"

/* Bit n of r2 decides whether n additions are jumped over. `more` makes the jumps longer by a few
 * bytes: an addition has 3 on x86, of which 127, the reach of a short jump, is no multiple.
 */
#define FORWARD(more)								\
	".irp n," DISTANCES							\
	"r3 = r2\n\t"								\
	"r3 >>= \\n\n\t"							\
	"r3 &= 1\n\t"								\
	"if r3 != 0 goto 1f\n\t"						\
	".rept \\n\n\tr1 += r2\n\t.endr\n\t"					\
	more									\
	"1:\n\t"								\
	".endr\n\t"

/* left + 3 * right * (sum of the numbers of the bits that are not set in it, but for bit 0) */
#define FORWARDS(V) \
	V(0, 1, 0xffffffffffffffff, 1) \
	V(1, 2, 0xaaaaaaaaaaaaaaaa, 0xfffffffffffff842) \
	V(2, 3, 0xffffffff00000000, 0xfffffa3000000003) \
	V(3, 4, 0x123456789abcdef, 0xa3d70a3d70a3c764)

SEC("socket")
__success __retval(0)
FORWARDS(ROW)
int jumps_forward_over_all_distances(void *ctx)
{
	FIRST_ROWS(4, EXECUTE, FORWARD("")
			       FORWARD("w3 += w3\n\t")
			       FORWARD("w3 += w3\n\tw3 += w3\n\t"));
	return 0;
}

/* Loops around 1 to 63 additions, each run through twice: left + 2 * 2016 * right. */
#define BACKWARDS(V)							\
	V(0, 0x0, 0x1, 0xfc0) \
	V(1, 0x1, 0xffffffffffffffff, 0xfffffffffffff041) \
	V(2, 0x2, 0x123456789abcdef, 0xeb851eb851eb7442)

SEC("socket")
__success __retval(0)
BACKWARDS(ROW)
int jumps_backward_over_all_distances(void *ctx)
{
	FIRST_ROWS(3, EXECUTE, ".irp n," DISTANCES
			       "r3 = 2\n\t"
			       "1:\n\t"
			       ".rept \\n\n\tr1 += r2\n\t.endr\n\t"
			       "r3 -= 1\n\t"
			       "if r3 != 0 goto 1b\n\t"
			       ".endr");
	return 0;
}

/* As far as 16 bits go: over 32767 additions unless left == 0. */
#define ADD_OR_JUMP_FAR								\
	asm volatile("r6 = 0\n\t"						\
		     "*(u32 *)(r10 - 4) = r6\n\t"				\
		     "r2 = r10\n\t"						\
		     "r2 += -4\n\t"						\
		     "r1 = %[rows] ll\n\t"					\
		     "call %[bpf_map_lookup_elem]\n\t"				\
		     "if r0 != 0 goto 1f\n\t"					\
		     "exit\n"							\
		     "1:\tr1 = *(u64 *)(r0 + 0)\n\t"				\
		     "r2 = *(u64 *)(r0 + 8)\n\t"				\
		     "if r1 != r6 goto +32767\n\t"				\
		     ".rept 32767\n\t"						\
		     "r1 += r2\n\t"						\
		     ".endr\n\t"						\
		     "*(u64 *)(r0 + 16) = r1\n\t"			\
		     "r0 = 0\n\t"						\
		     "exit"							\
		     : : __imm(bpf_map_lookup_elem), __imm_addr(rows) : __clobber_all)

SEC("socket")
__success __retval(0)
ROW(0, 1, 0x100000001, 1)
__naked int farthest_jump_taken(void)
{
	ADD_OR_JUMP_FAR;
}

SEC("socket")
__success __retval(0)
ROW(0, 0, 0x100000001, 0x7fff00007fff)
__naked int farthest_jump_not_taken(void)
{
	ADD_OR_JUMP_FAR;
}

char _license[] SEC("license") = "GPL";

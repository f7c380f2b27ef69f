// SPDX-License-Identifier: GPL-2.0-only
// Unconditional jumps: offsets count from the next instruction (RFC 9669, section 4.3). JMP_JA of
// ___bpf_prog_run() in kernel/bpf/core.c; opt_remove_nops() in kernel/bpf/verifier.c takes jumps to
// the next instruction out, so what jumps over them must still arrive.
#include "vector.h"

/* Runs f = ((left * 3 + 1) * 5 + 2) * 7 + 3, whose three steps do not stand in this order. */
#define STEPS(V)		\
	V(0, 0, 0, 52)		\
	V(1, 1, 0, 157)		\
	V(2, 100, 0, 10552)	\
	V(3, -1, 0, -53)

SEC("socket")
__success __retval(0)
STEPS(ROW)
int goto_forward_and_back(void *ctx)
{
	EACH_ROW(EXECUTE, "goto +2\n\t"			/* to * 3 */
			  "r1 *= 7\n\t"			/* the third step */
			  "goto +5\n\t"			/* to + 3 */
			  "r1 *= 3\n\t"
			  "r1 += 1\n\t"
			  "r1 *= 5\n\t"
			  "r1 += 2\n\t"
			  "goto -7\n\t"			/* to * 7 */
			  "r1 += 3");
	return 0;
}

/* left + 4, or left + 3 if left + 3 < right; the rest are jumps that go nowhere. */
#define NOPS(V)			\
	V(0, 5, 5, 9)		\
	V(1, 5, 100, 8)		\
	V(2, 0, 0, 4)		\
	V(3, -2, 7, 1)

SEC("socket")
__success __retval(0)
NOPS(ROW)
int goto_next_instruction(void *ctx)
{
	EACH_ROW(EXECUTE, "goto +0\n\t"
			  "r1 += 1\n\t"
			  "if r1 == r2 goto +0\n\t"
			  "r1 += 1\n\t"
			  "if r1 != 0 goto +2\n\t"
			  "goto +0\n\t"
			  "goto +0\n\t"
			  "r1 += 1\n\t"
			  "if w1 s< w2 goto +2\n\t"
			  "r1 += 1\n\t"
			  "goto +0\n\t"
			  "goto +0");
	return 0;
}

/* left + 1 + 2 + … + (right modulo 64), counted down by a jump backward. */
#define TRIANGLES(V)		\
	V(0, 0, 1, 1)		\
	V(1, 0, 63, 2016)	\
	V(2, 7, 10, 62)		\
	V(3, -1, 2, 2)		\
	V(4, 5, 64, 5)		\
	V(5, 5, 0, 5)

SEC("socket")
__success __retval(0)
TRIANGLES(ROW)
int goto_makes_a_loop(void *ctx)
{
	EACH_ROW(EXECUTE, "r2 &= 63\n\t"
			  "if r2 < 1 goto +3\n\t"
			  "r1 += r2\n\t"
			  "r2 -= 1\n\t"
			  "goto -4");
	return 0;
}

char _license[] SEC("license") = "GPL";

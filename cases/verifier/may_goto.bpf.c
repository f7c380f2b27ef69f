// SPDX-License-Identifier: GPL-2.0-only
// may_goto leaves a loop after BPF_MAX_LOOPS rounds at the latest, so the verifier may stop as soon
// as a round has nothing new: widen_imprecise_scalars() in kernel/bpf/verifier.c. In v6.9.
#include <case.h>

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

/* 50 rounds are walked at run time; how many could be, nobody knows beforehand. */
SEC("socket") __needs("may_goto")
__success __retval(50)
__failure_unpriv __errno_unpriv(EINVAL)
__msg_unpriv("back-edge from insn")
__naked int rounds_until_a_number_nobody_knows(void)
{
	ASM("r6 = *(u32 *)(r1 + 0);"
	    "r0 = 0;"
	    "1: may_goto 2f;"
	    "r0 += 1;"
	    "if r0 != r6 goto 1b;"
	    "2: exit;");
}

/* An offset matters, so it is followed round by round, to the one that goes too far. */
SEC("socket") __needs("may_goto")
__failure __errno(EACCES)
__msg("invalid write to stack R1 off=0 size=1")
__naked int index_counted_by_the_rounds(void)
{
	ASM("r6 = *(u32 *)(r1 + 0);"
	    "r0 = 0;"
	    "1: may_goto 2f;"
	    "r1 = r10;"
	    "r1 += -64;"
	    "r1 += r0;"
	    "*(u8 *)(r1 + 0) = r0;"
	    "r0 += 1;"
	    "if r0 != r6 goto 1b;"
	    "2: exit;");
}

/* With a check there is no such round. */
SEC("socket") __needs("may_goto")
__success __retval(50)
__naked int index_checked_in_every_round(void)
{
	ASM("r6 = *(u32 *)(r1 + 0);"
	    "r0 = 0;"
	    "1: may_goto 2f;"
	    "if r0 > 63 goto 2f;"
	    "r1 = r10;"
	    "r1 += -64;"
	    "r1 += r0;"
	    "*(u8 *)(r1 + 0) = r0;"
	    "r0 += 1;"
	    "if r0 != r6 goto 1b;"
	    "2: exit;");
}

char _license[] SEC("license") = "GPL";

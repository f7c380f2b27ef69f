// SPDX-License-Identifier: GPL-2.0-only
// What a program may cost: a million instructions looked at, 8192 branches put off, 4096
// instructions for those without CAP_BPF: do_check() and push_stack() in kernel/bpf/verifier.c,
// bpf_prog_load() in kernel/bpf/syscall.c. None of it depends on the mode, so what takes the
// verifier a third of a second is done in one mode only.
#include <case.h>

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

/* Counts for ever; no two rounds are alike, so it is not recognised as endless. The rounds are
 * long, and only errors logged, because a million lines and states would take minutes.
 */
SEC("socket")
__modes("jit")
__log_level(4)
__failure __errno(E2BIG)
__msg("BPF program is too large. Processed 1000001 insn")
__naked int endless_count(void)
{
	ASM("r6 = *(u32 *)(r1 + 0);"
	    "r0 = 0;"
	    "1: r0 += 1;"
	    ".rept 4000;"
	    "r1 = 0;"
	    ".endr;"
	    "if r0 != r6 goto 1b;"
	    "exit;");
}

/* Every round is walked. */
SEC("socket")
__success __retval(10000)
__naked int count_to_10000(void)
{
	ASM("r0 = 0;"
	    "1: r0 += 1;"
	    "if r0 != 10000 goto 1b;"
	    "exit;");
}

/* One side of each branch is put off until the end of the other has been seen. */
#define BRANCHES(count)					\
	"r6 = *(u32 *)(r1 + 0);"			\
	"r7 = *(u32 *)(r1 + %[mark]);"			\
	".rept " #count ";"				\
	"if r6 > r7 goto +0;"				\
	".endr;"					\
	"r0 = 0;"					\
	"exit;"

#define MARK __imm_const(mark, __builtin_offsetof(struct __sk_buff, mark))

SEC("socket")
__modes("jit")
__success __retval(0)
__naked int branches_8192(void)
{
	ASM(BRANCHES(8192), MARK);
}

SEC("socket")
__modes("jit")
__failure __errno(E2BIG)
__msg("The sequence of 8193 jumps is too complex.")
__kernels("", "6.12.107") __failure __errno(EFAULT)
__kernels("6.13", "6.18") __failure __errno(EFAULT)
__naked int branches_8193(void)
{
	ASM(BRANCHES(8193), MARK);
}

/* Unprivileged the program's length comes to 4096. */
SEC("socket")
__success __success_unpriv
__retval(0)
__naked int instructions_4096(void)
{
	ASM(".rept 4095;"
	    "r0 = 0;"
	    ".endr;"
	    "exit;");
}

/* bpf_prog_load() refuses it before there is a log. */
SEC("socket")
__success
__failure_unpriv __errno_unpriv(E2BIG)
__retval(0)
__naked int instructions_4097(void)
{
	ASM(".rept 4096;"
	    "r0 = 0;"
	    ".endr;"
	    "exit;");
}

char _license[] SEC("license") = "GPL";

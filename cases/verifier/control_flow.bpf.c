// SPDX-License-Identifier: GPL-2.0-only
// The shape of a program, before any value is looked at: every instruction can be reached, every
// jump stays inside its function, nothing runs off the end: check_subprogs() and check_cfg() in
// kernel/bpf/verifier.c.
#include <case.h>

#define ASM(text) asm volatile (text ::: __clobber_all)

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("last insn is not an exit or jmp")
__naked int runs_off_the_end(void)
{
	ASM("r0 = 0;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("unreachable insn 2")
__naked int code_after_exit(void)
{
	ASM("r0 = 0;"
	    "exit;"
	    "r0 = 1;"
	    "exit;");
}

/* Reachable by the graph, although the condition never holds: that is for later to find out. */
SEC("socket")
__success __success_unpriv
__retval(0)
__naked int code_after_a_jump_never_taken(void)
{
	ASM("r0 = 0;"
	    "if r0 != 0 goto 1f;"
	    "exit;"
	    "1: r0 = 1;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("jump out of range from insn 1 to 102")
__naked int jump_beyond_the_end(void)
{
	ASM("r0 = 0;"
	    "if r0 == 0 goto +100;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("jump out of range from insn 1 to -1")
__naked int jump_before_the_beginning(void)
{
	ASM("r0 = 0;"
	    "if r0 == 0 goto -3;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("jump into the middle of ldimm64 insn 2")
__kernels("", "5.10") __msg("invalid BPF_LD_IMM insn")
__naked int jump_into_a_wide_instruction(void)
{
	ASM("r0 = 0;"
	    "if r0 == 0 goto +1;"
	    "r1 = 0x123456789abcdef0 ll;"
	    "exit;");
}

static __used __naked __noinline int jumps_to_its_caller(void)
{
	ASM("r0 = 0;"
	    "if r0 == 0 goto -3;"
	    "exit;");
}

/* Functions are left by exit only. */
SEC("socket")
__failure __errno(EINVAL)
__msg("jump out of range from insn 3 to 1")
__naked int jump_into_another_function(void)
{
	ASM("call jumps_to_its_caller;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("infinite loop detected at insn 2")
__msg_unpriv("back-edge from insn 2 to 1")
__kernels("", "6.1") __msg("infinite loop detected at insn 1")
__naked int loop_that_changes_nothing(void)
{
	ASM("r6 = *(u32 *)(r1 + 0);"
	    "1: r0 = 0;"
	    "if r6 != 0 goto 1b;"
	    "exit;");
}

/* Nobody without CAP_BPF may jump backwards, however few the rounds. */
SEC("socket")
__success
__failure_unpriv __errno_unpriv(EINVAL)
__msg_unpriv("back-edge from insn 2 to 1")
__retval(3)
__naked int loop_of_three_rounds(void)
{
	ASM("r0 = 0;"
	    "1: r0 += 1;"
	    "if r0 != 3 goto 1b;"
	    "exit;");
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A register may be read only after it was written on every path that leads to the read; a call
// leaves r1 to r5 undefined: check_reg_arg() and clear_caller_saved_regs() in
// kernel/bpf/verifier.c.
#include <case.h>

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R2 !read_ok")
__naked int never_written(void)
{
	asm volatile ("r0 = r2;"
		      "exit;" ::: __clobber_all);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 !read_ok")
__naked int no_return_value(void)
{
	asm volatile ("exit;" ::: __clobber_all);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R7 !read_ok")
__naked int written_on_one_path_only(void)
{
	asm volatile ("r6 = *(u32 *)(r1 + 0);"
		      "if r6 == 0 goto 1f;"
		      "r7 = 1;"
		      "1: r0 = r7;"
		      "exit;" ::: __clobber_all);
}

/* The argument registers belong to the helper, even those it does not use. */
SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R5 !read_ok")
__naked int argument_register_after_call(void)
{
	asm volatile ("r5 = 1;"
		      "call %[bpf_get_prandom_u32];"
		      "r0 = r5;"
		      "exit;" :: __imm(bpf_get_prandom_u32) : __clobber_all);
}

SEC("socket")
__success __success_unpriv
__retval(30)
__naked int callee_saved_registers_after_call(void)
{
	asm volatile ("r6 = 6;"
		      "r7 = 7;"
		      "r8 = 8;"
		      "r9 = 9;"
		      "call %[bpf_get_prandom_u32];"
		      "r0 = r6;"
		      "r0 += r7;"
		      "r0 += r8;"
		      "r0 += r9;"
		      "exit;" :: __imm(bpf_get_prandom_u32) : __clobber_all);
}

/* Writing the lower half defines the whole register, the upper half being zero. */
SEC("socket")
__success __success_unpriv
__retval(0)
__naked int lower_half_written(void)
{
	asm volatile ("w1 = -1;"
		      "r0 = r1;"
		      "r0 >>= 32;"
		      "exit;" ::: __clobber_all);
}

static __used __naked __noinline int reads_callers_r6(void)
{
	asm volatile ("r0 = r6;"
		      "exit;" ::: __clobber_all);
}

/* A function does not see its caller's registers. */
SEC("socket")
__failure __errno(EACCES)
__msg("R6 !read_ok")
__naked int register_of_the_caller(void)
{
	asm volatile ("r6 = 1;"
		      "call reads_callers_r6;"
		      "exit;" ::: __clobber_all);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("frame pointer is read only")
__naked int frame_pointer_written(void)
{
	asm volatile ("r10 = r1;"
		      "r0 = 0;"
		      "exit;" ::: __clobber_all);
}

char _license[] SEC("license") = "GPL";

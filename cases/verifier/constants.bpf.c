// SPDX-License-Identifier: GPL-2.0-only
// Constants, which the verifier knows because nobody can write them: check_map_access_type() and
// bpf_map_is_rdonly() in kernel/bpf/verifier.c.
#include <case.h>

const volatile __u32 limit = 5;
const volatile __u32 disabled = 0;
__u32 variable = 0;

/* libbpf freezes the table of constants, which once took CAP_BPF. */
SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("write into map forbidden, value_size=8 off=0 size=4")
__kernels("", "6.1")
__failure_unpriv __errno_unpriv(EPERM) __msg_unpriv("failed to freeze as read-only")
__naked int constant_written(void)
{
	asm volatile ("r1 = %[limit] ll;"
		      "r0 = 0;"
		      "*(u32 *)(r1 + 0) = r0;"
		      "exit;" : : __imm_addr(limit) : __clobber_all);
}

/* An invalid access behind a condition that cannot hold is never looked at. */
#define READ_NULL_IF(variable)				\
	asm volatile ("r1 = %[" #variable "] ll;"	\
		      "r0 = *(u32 *)(r1 + 0);"		\
		      "if r0 == 0 goto 1f;"		\
		      "r1 = 0;"				\
		      "r0 = *(u32 *)(r1 + 0);"		\
		      "1: exit;" : : __imm_addr(variable) : __clobber_all)

SEC("socket")
__success __retval(0)
__naked int code_ruled_out_by_a_constant(void)
{
	READ_NULL_IF(disabled);
}

SEC("socket")
__failure __errno(EACCES)
__msg("R1 invalid mem access 'scalar'")
__kernels("", "5.17") __msg("R1 invalid mem access 'inv'")
__naked int code_not_ruled_out_by_a_variable(void)
{
	READ_NULL_IF(variable);
}

/* As many rounds as the constant says, with an index proven by it. */
SEC("socket")
__success __retval(10)
int loop_bounded_by_a_constant(void *ctx)
{
	__u8 squares[5] = {};
	__u32 i, sum = 0;

	for (i = 0; i < limit; i++)
		((volatile __u8 *)squares)[i] = i;
	for (i = 0; i < limit; i++)
		sum += ((volatile __u8 *)squares)[i];
	return sum;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// What a program may return depends on its type and where it is attached: check_return_code() in
// kernel/bpf/verifier.c.
#include <case.h>

SEC("cgroup/sock_create")
__failure __errno(EINVAL)
__msg("At program exit the register R0 has smin=2 smax=2 should have been in [0, 1]")
__kernels("", "6.7")
__msg("At program exit the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)")
int neither_yes_nor_no(void *ctx)
{
	return 2;
}

SEC("cgroup/sock_create")
__failure __errno(EINVAL)
__msg("At program exit the register R0 has unknown scalar value should have been in [0, 1]")
__kernels("", "6.7")
__msg("At program exit the register R0 has unknown scalar value should have been in (0x0; 0x1)")
__naked int anything(void)
{
	asm volatile ("call %[bpf_get_prandom_u32];"
		      "r1 = r0;"
		      "r0 <<= 32;"
		      "r0 |= r1;"
		      "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

SEC("cgroup/sock_create")
__success
__naked int lowest_bit_of_anything(void)
{
	asm volatile ("call %[bpf_get_prandom_u32];"
		      "r0 &= 1;"
		      "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

SEC("cgroup/sock_create")
__failure __errno(EINVAL)
__msg("At program exit the register R0 is not a known value (ctx)")
__naked int a_pointer(void)
{
	asm volatile ("r0 = r1;"
		      "exit;" ::: __clobber_all);
}

/* bind(2) has a second bit, which spares the check for CAP_NET_BIND_SERVICE. */
SEC("cgroup/bind4")
__success
__kernels("", "5.11")
__failure __errno(EINVAL) __msg("has value (0x3; 0x0) should have been in (0x0; 0x1)")
int both_bits_of_bind(void *ctx)
{
	return 3;
}

SEC("cgroup/connect4")
__failure __errno(EINVAL)
__msg("has smin=3 smax=3 should have been in [0, 1]")
__kernels("", "6.7") __msg("has value (0x3; 0x0) should have been in (0x0; 0x1)")
int both_bits_of_connect(void *ctx)
{
	return 3;
}

/* Nobody looks at what fentry returns, so it must be 0. */
SEC("fentry/bpf_fentry_test1")
__needs("fentry")
__failure __errno(EINVAL)
__msg("has smin=1 smax=1 should have been in [0, 0]")
__kernels("", "6.7") __msg("has value (0x1; 0x0) should have been in (0x0; 0x0)")
int one_on_entry_of_a_function(void *ctx)
{
	return 1;
}

SEC("lsm/file_open")
__needs("lsm")
__failure __errno(EINVAL)
__msg("has smin=1 smax=1 should have been in [-4095, 0]")
__kernels("", "6.11") __success
int positive_answer_to_a_security_hook(void *ctx)
{
	return 1;
}

SEC("lsm/file_open")
__needs("lsm")
__success
int lowest_errno_to_a_security_hook(void *ctx)
{
	return -4095;
}

/* Nobody looks at the range for a socket filter; every number is a length. */
SEC("socket")
__success __success_unpriv
__retval(-1)
int minus_one_from_a_socket_filter(void *ctx)
{
	return -1;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A frame's stack is the 512 bytes below r10: check_stack_access_within_bounds() in
// kernel/bpf/verifier.c. Bytes never written may be read by those with CAP_PERFMON only.
#include <case.h>

SEC("socket")
__success __success_unpriv
__retval(12)
__naked int lowest_and_highest_slot(void)
{
	asm volatile ("r1 = 5;"
		      "r2 = 7;"
		      "*(u64 *)(r10 - 512) = r1;"
		      "*(u64 *)(r10 - 8) = r2;"
		      "r0 = *(u64 *)(r10 - 512);"
		      "r3 = *(u64 *)(r10 - 8);"
		      "r0 += r3;"
		      "exit;" ::: __clobber_all);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid write to stack R10 off=-520 size=8")
__naked int write_below_the_stack(void)
{
	asm volatile ("r0 = 0;"
		      "*(u64 *)(r10 - 520) = r0;"
		      "exit;" ::: __clobber_all);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid write to stack R10 off=0 size=8")
__naked int write_above_the_stack(void)
{
	asm volatile ("r0 = 0;"
		      "*(u64 *)(r10 + 0) = r0;"
		      "exit;" ::: __clobber_all);
}

SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("invalid read from stack R10 off=-8 size=8")
__retval(0)
__kernels("", "6.1.191")
__failure __errno(EACCES) __msg("invalid read from stack R10 off=-8 size=8")
__kernels("6.2", "6.2")
__failure __errno(EACCES) __msg("invalid read from stack R10 off=-8 size=8")
__naked int read_of_what_was_never_written(void)
{
	asm volatile ("r0 = *(u64 *)(r10 - 8);"
		      "r0 = 0;"
		      "exit;" ::: __clobber_all);
}

/* Written in four of the eight bytes. */
SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("invalid read from stack off -8+4 size 8")
__retval(0)
__naked int read_of_what_was_half_written(void)
{
	asm volatile ("r0 = 0;"
		      "*(u32 *)(r10 - 8) = r0;"
		      "r0 = *(u64 *)(r10 - 8);"
		      "r0 = 0;"
		      "exit;" ::: __clobber_all);
}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} numbers SEC(".maps");

/* A helper reads the key from the stack, unwritten bytes included. */
SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("invalid read from stack R2 off=-8 size=4")
__retval(0)
__kernels("6.3", "6.13") __msg_unpriv("invalid indirect read from stack R2 off -8+0 size 4")
__kernels("6.1.192", "6.1") __msg_unpriv("invalid indirect read from stack R2 off -8+0 size 4")
__kernels("", "6.1.191")
__failure __errno(EACCES) __msg("invalid indirect read from stack R2 off -8+0 size 4")
__msg_unpriv("invalid indirect read from stack R2 off -8+0 size 4")
__kernels("6.2", "6.2")
__failure __errno(EACCES) __msg("invalid indirect read from stack R2 off -8+0 size 4")
__msg_unpriv("invalid indirect read from stack R2 off -8+0 size 4")
__naked int helper_reads_what_was_never_written(void)
{
	asm volatile ("r2 = r10;"
		      "r2 += -8;"
		      "r1 = %[numbers] ll;"
		      "call %[bpf_map_lookup_elem];"
		      "r0 = 0;"
		      "exit;"
		      :: __imm(bpf_map_lookup_elem), __imm_addr(numbers) : __clobber_all);
}

char _license[] SEC("license") = "GPL";

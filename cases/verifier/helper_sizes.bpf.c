// SPDX-License-Identifier: GPL-2.0-only
// A pointer and a size go together: whatever value the size may have, that much memory must be
// there; zero only where the helper says so: check_mem_size_reg() and check_helper_mem_access()
// in kernel/bpf/verifier.c.
#include <case.h>

#define LEN __imm_const(len, __builtin_offsetof(struct __sk_buff, len))

/* bpf_skb_load_bytes(skb, 0, 8 bytes of the stack, r4): r4 made from r4 = skb->len. */
#define LOAD_BYTES(size)				\
	asm volatile ("r0 = 0;"				\
		      "*(u64 *)(r10 - 8) = r0;"		\
		      "r4 = *(u32 *)(r1 + %[len]);"	\
		      size				\
		      "r2 = 0;"				\
		      "r3 = r10;"			\
		      "r3 += -8;"			\
		      "call %[bpf_skb_load_bytes];"	\
		      "1: exit;"			\
		      : : LEN, __imm(bpf_skb_load_bytes)	\
		      : __clobber_all)

SEC("socket")
__failure __errno(EACCES)
__msg("R4 min value is negative, either use unsigned or 'var &= const'")
__naked int size_compared_above_only(void)
{
	LOAD_BYTES("r4 <<= 56;"
		   "r4 s>>= 56;"
		   "if r4 s> 8 goto 1f;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("R4 unbounded memory access, use 'var &= const' or 'if (var < const)'")
__naked int size_bounded_below_only(void)
{
	LOAD_BYTES("r4 += 1;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("R4 invalid zero-sized read: u64=[0,7]")
__kernels("", "6.1") __msg("invalid zero-sized read")
__naked int size_may_be_zero(void)
{
	LOAD_BYTES("r4 &= 7;");
}

SEC("socket")
__failure __errno(EINVAL)
__msg("invalid write to stack R3 off=-8 size=9")
__kernels("", "6.13") __msg("invalid indirect access to stack R3 off=-8 size=9")
__naked int size_one_too_large(void)
{
	LOAD_BYTES("r4 &= 7;"
		   "r4 += 2;");
}

SEC("socket")
__success __success_unpriv
__retval(0)
__naked int size_from_1_to_8(void)
{
	LOAD_BYTES("r4 &= 7;"
		   "r4 += 1;");
}

/* With an early way out the lower bound is a comparison. */
SEC("socket")
__success
__retval(0)
__naked int size_compared_on_both_sides(void)
{
	LOAD_BYTES("if r4 s<= 0 goto 1f;"
		   "if r4 s> 8 goto 1f;");
}

/* bpf_csum_diff() takes nothing for an answer: ARG_CONST_SIZE_OR_ZERO. */
SEC("tc")
__success __retval(0)
int null_and_zero_where_allowed(struct __sk_buff *skb)
{
	return bpf_csum_diff(0, 0, 0, 0, 0);
}

SEC("tc")
__failure __errno(EACCES)
__msg("R1 type=scalar expected=fp")
__kernels("", "5.17") __msg("R1 type=inv expected=fp")
int null_of_a_size_that_may_not_be_zero(struct __sk_buff *skb)
{
	return bpf_csum_diff(0, 4, 0, 0, 0);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// The stack at an offset known only as a range: check_stack_access_within_bounds() and
// check_stack_write_var_off() in kernel/bpf/verifier.c; unprivileged it is prohibited at the
// addition already, by check_stack_access_for_ptr_arithmetic().
#include <case.h>

#define MARK __imm_const(mark, __builtin_offsetof(struct __sk_buff, mark))

/* r6 = one of the multiples of 8 that the mask allows. */
#define UNKNOWN(mask)					\
	"r6 = *(u32 *)(r1 + %[mark]);"			\
	"r6 &= " #mask ";"

/* The mark is 0, so the lowest slot is taken. */
SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("variable stack access prohibited for !root, var_off=(0xfffffffffffffff0; 0x8)")
__retval(5)
__kernels("", "7.0")
__msg_unpriv("variable stack access prohibited for !root, var_off=(0x0; 0x8)")
__naked int write_into_one_of_two_slots(void)
{
	asm volatile (UNKNOWN(8)
		      "r1 = 3;"
		      "*(u64 *)(r10 - 16) = r1;"
		      "*(u64 *)(r10 - 8) = r1;"
		      "r2 = r10;"
		      "r2 += -16;"
		      "r2 += r6;"
		      "r1 = 5;"
		      "*(u64 *)(r2 + 0) = r1;"
		      "r0 = *(u64 *)(r10 - 16);"
		      "exit;" :: MARK : __clobber_all);
}

/* What either slot held before is not known any more, although one of them still has it. */
SEC("socket")
__flag(BPF_F_ANY_ALIGNMENT)
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
__kernels("", "5.17") __msg("invalid mem access 'inv'")
__naked int pointer_in_one_of_the_slots(void)
{
	asm volatile ("*(u64 *)(r10 - 8) = r1;"
		      UNKNOWN(8)
		      "r1 = 0;"
		      "*(u64 *)(r10 - 16) = r1;"
		      "r2 = r10;"
		      "r2 += -16;"
		      "r2 += r6;"
		      "*(u64 *)(r2 + 0) = r1;"
		      "r1 = *(u64 *)(r10 - 8);"
		      "r0 = *(u32 *)(r1 + 0);"
		      "exit;" :: MARK : __clobber_all);
}

SEC("socket")
__failure __errno(EINVAL)
__msg("invalid variable-offset write to stack R2 var_off=(0x0; 0xfffffffffffffff8) off=0 size=8")
__kernels("6.2", "7.0")
__msg("invalid variable-offset write to stack R2 var_off=(0x0; 0x18) off=-16 size=8")
__kernels("", "6.1") __msg("invalid variable-offset write to stack R2 var_off=(0x0; 0x18) size=8")
__naked int write_beyond_the_last_slot(void)
{
	asm volatile (UNKNOWN(24)
		      "r2 = r10;"
		      "r2 += -16;"
		      "r2 += r6;"
		      "r1 = 5;"
		      "*(u64 *)(r2 + 0) = r1;"
		      "r0 = 0;"
		      "exit;" :: MARK : __clobber_all);
}

/* Any multiple of 8: no stack is as large as its range. */
SEC("socket")
__failure __errno(EACCES)
__msg("invalid unbounded variable-offset write to stack R2")
__naked int write_at_an_unbounded_offset(void)
{
	asm volatile ("r6 = *(u32 *)(r1 + %[mark]);"
		      "r6 <<= 3;"
		      "r2 = r10;"
		      "r2 += -16;"
		      "r2 += r6;"
		      "r1 = 5;"
		      "*(u64 *)(r2 + 0) = r1;"
		      "r0 = 0;"
		      "exit;" :: MARK : __clobber_all);
}

/* A helper may be given whichever of the two it turns out to be. */
SEC("socket")
__success
__retval(0)
__naked int helper_fills_one_of_two_slots(void)
{
	asm volatile ("r7 = r1;"
		      UNKNOWN(8)
		      "r1 = 0;"
		      "*(u64 *)(r10 - 16) = r1;"
		      "*(u64 *)(r10 - 8) = r1;"
		      "r1 = r7;"
		      "r2 = 0;"
		      "r3 = r10;"
		      "r3 += -16;"
		      "r3 += r6;"
		      "r4 = 8;"
		      "call %[bpf_skb_load_bytes];"
		      "exit;" :: MARK, __imm(bpf_skb_load_bytes) : __clobber_all);
}

SEC("socket")
__failure __errno(EINVAL)
__msg("invalid variable-offset write to stack R3 var_off=(0xfffffffffffffff0; 0x8) off=0 size=9")
__kernels("6.14", "7.0")
__msg("invalid variable-offset write to stack R3 var_off=(0x0; 0x8) off=-16 size=9")
__kernels("6.2", "6.13")
__msg("invalid variable-offset indirect access to stack R3 var_off=(0x0; 0x8) off=-16 size=9")
__kernels("", "6.1")
__msg("invalid variable-offset indirect access to stack R3 var_off=(0x0; 0x8) size=9")
__naked int helper_fills_beyond_the_last_slot(void)
{
	asm volatile ("r7 = r1;"
		      UNKNOWN(8)
		      "r1 = r7;"
		      "r2 = 0;"
		      "r3 = r10;"
		      "r3 += -16;"
		      "r3 += r6;"
		      "r4 = 9;"
		      "call %[bpf_skb_load_bytes];"
		      "exit;" :: MARK, __imm(bpf_skb_load_bytes) : __clobber_all);
}

char _license[] SEC("license") = "GPL";

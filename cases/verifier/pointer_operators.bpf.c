// SPDX-License-Identifier: GPL-2.0-only
// To a pointer one may add a number or subtract one; every other operator and partner is
// refused: adjust_ptr_min_max_vals() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

#define ASM(text)					\
	asm volatile (text : : __imm(bpf_map_lookup_elem), __imm_addr(numbers) : __clobber_all)

/* r0 = a value of 8 bytes, or out. */
#define VALUE						\
	"r1 = 0;"					\
	"*(u32 *)(r10 - 4) = r1;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[numbers] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto 1f;"

#define OUT						\
	"1: r0 = 0;"					\
	"exit;"

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 pointer arithmetic with *= operator prohibited")
__naked int multiplied(void)
{
	ASM(VALUE "r0 *= 2;" OUT);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 bitwise operator &= on pointer prohibited")
__naked int masked(void)
{
	ASM(VALUE "r0 &= -8;" OUT);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 32-bit pointer arithmetic prohibited")
__naked int added_to_in_32_bits(void)
{
	ASM(VALUE "w0 += 1;" OUT);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 pointer += pointer prohibited")
__naked int added_to_another(void)
{
	ASM(VALUE "r0 += r10;" OUT);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R3 tried to subtract pointer from scalar")
__naked int subtracted_from_a_number(void)
{
	ASM(VALUE "r3 = 8;"
		  "r3 -= r0;" OUT);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R1 subtraction from stack pointer prohibited")
__naked int stack_pointer_subtracted_from(void)
{
	ASM("r1 = r10;"
	    "r2 = 8;"
	    "r1 -= r2;" OUT);
}

/* Adding the negative number is the way to do it. */
SEC("socket")
__success __success_unpriv
__retval(6)
__naked int stack_pointer_added_to(void)
{
	ASM("r1 = r10;"
	    "r2 = -8;"
	    "r1 += r2;"
	    "r0 = 6;"
	    "*(u64 *)(r1 + 0) = r0;"
	    "r0 = *(u64 *)(r10 - 8);"
	    "exit;");
}

/* How far apart two pointers are is a number, for those who may know it. */
SEC("socket")
__success __retval(24)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R0 pointer -= pointer prohibited")
__naked int difference_of_two(void)
{
	ASM("r0 = r10;"
	    "r1 = r10;"
	    "r1 += -24;"
	    "r0 -= r1;"
	    "exit;");
}

char _license[] SEC("license") = "GPL";

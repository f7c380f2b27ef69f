// SPDX-License-Identifier: GPL-2.0-only
// Instructions that are malformed by themselves: unknown opcodes, reserved fields in use, a
// constant by which one cannot divide or shift: check_alu_op(), resolve_pseudo_ldimm64() and
// do_check() in kernel/bpf/verifier.c. What no assembler writes is given as bytes that mean the
// same in either byte order.
#include <case.h>

#define ASM(text) asm volatile (text ::: __clobber_all)

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("unknown opcode e7")
__naked int unknown_opcode(void)
{
	ASM("r0 = 0;"
	    ".byte 0xe7, 0, 0, 0, 0, 0, 0, 0;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("BPF_EXIT uses reserved fields")
__naked int exit_with_an_immediate(void)
{
	ASM("r0 = 0;"
	    ".byte 0x95, 0, 0, 0, 1, 1, 1, 1;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("BPF_MOV uses reserved fields")
__naked int move_with_an_offset(void)
{
	ASM(".byte 0xb7, 0, 1, 1, 0, 0, 0, 0;"
	    "exit;");
}

/* Register numbers have four bits; eleven registers there are. */
SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("R11 is invalid")
__naked int register_eleven(void)
{
	ASM("r0 = 0;"
	    ".byte 0xbf, 0xbb, 0, 0, 0, 0, 0, 0;"
	    "exit;");
}

/* The second half of a 64-bit constant must have no opcode of its own. */
SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("invalid bpf_ld_imm64 insn")
__naked int half_a_wide_constant(void)
{
	ASM(".byte 0x18, 0, 0, 0, 0, 0, 0, 0;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("BPF_ATOMIC uses invalid atomic opcode 2020202")
__kernels("", "5.11") __msg("BPF_STX uses reserved fields")
__naked int unknown_atomic_operation(void)
{
	ASM("r0 = 0;"
	    "*(u64 *)(r10 - 8) = r0;"
	    "r1 = r10;"
	    ".byte 0xdb, 0x11, 0, 0, 2, 2, 2, 2;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("div by zero")
__naked int division_by_constant_zero(void)
{
	ASM("r0 = 1;"
	    "r0 /= 0;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("div by zero")
__naked int remainder_by_constant_zero(void)
{
	ASM("r0 = 1;"
	    "w0 %%= 0;"
	    "exit;");
}

/* In a register zero is fine: the quotient is 0 then. */
SEC("socket")
__success __success_unpriv __needs("div64")
__retval(0)
__naked int division_by_register_zero(void)
{
	ASM("r0 = 1;"
	    "r1 = 0;"
	    "r0 /= r1;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("invalid shift 64")
__naked int shift_by_64(void)
{
	ASM("r0 = 1;"
	    "r0 <<= 64;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("invalid shift 32")
__naked int shift_of_half_a_register_by_32(void)
{
	ASM("w0 = 1;"
	    "w0 >>= 32;"
	    "exit;");
}

/* 1 << 63 >> 32 is 1 << 31; w0 >> 31 of it is 1. */
SEC("socket")
__success __success_unpriv
__retval(1)
__naked int largest_shifts(void)
{
	ASM("r0 = 1;"
	    "r0 <<= 63;"
	    "r0 >>= 32;"
	    "w0 >>= 31;"
	    "exit;");
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Each program type says which fields of its context may be read or written, and in which widths;
// the pointer itself must not have been moved: check_ctx_access(), check_ptr_off_reg() in
// kernel/bpf/verifier.c and bpf_skb_is_valid_access() and its siblings in net/core/filter.c.
#include <case.h>

#define FIELD(field) __imm_const(field, __builtin_offsetof(struct __sk_buff, field))
#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid bpf_context access off=4096 size=4")
__naked int read_beyond_the_context(void)
{
	ASM("r0 = *(u32 *)(r1 + 4096);"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid bpf_context access off=-4 size=4")
__naked int read_before_the_context(void)
{
	ASM("r0 = *(u32 *)(r1 - 4);"
	    "exit;");
}

/* Two fields of 32 bits are not one of 64. */
SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid bpf_context access off=8 size=8")
__naked int read_two_fields_at_once(void)
{
	ASM("r0 = *(u64 *)(r1 + %[mark]);"
	    "exit;", FIELD(mark));
}

/* data is for program types with direct packet access. */
SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid bpf_context access off=76 size=4")
__naked int read_a_field_of_other_program_types(void)
{
	ASM("r0 = *(u32 *)(r1 + %[data]);"
	    "exit;", FIELD(data));
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid bpf_context access off=8 size=4")
__naked int write_mark_from_a_socket_filter(void)
{
	ASM("r0 = 0;"
	    "*(u32 *)(r1 + %[mark]) = r0;"
	    "exit;", FIELD(mark));
}

SEC("tc")
__success __retval(7)
__naked int write_mark_from_a_classifier(void)
{
	ASM("r0 = 7;"
	    "*(u32 *)(r1 + %[mark]) = r0;"
	    "r0 = *(u32 *)(r1 + %[mark]);"
	    "exit;", FIELD(mark));
}

/* The five words that belong to the filter. */
SEC("socket")
__success __success_unpriv
__retval(9)
__naked int write_the_last_control_word(void)
{
	ASM("r0 = 9;"
	    "*(u32 *)(r1 + %[cb] + 16) = r0;"
	    "r0 = *(u32 *)(r1 + %[cb] + 16);"
	    "exit;", FIELD(cb));
}

/* Any single byte of a field that is kept in one piece: all four make up the 50 of skb->len. */
SEC("socket")
__success __success_unpriv
__retval(50)
__naked int read_a_field_byte_by_byte(void)
{
	ASM("r0 = *(u8 *)(r1 + 0);"
	    "r2 = *(u8 *)(r1 + 1);"
	    "r0 += r2;"
	    "r2 = *(u8 *)(r1 + 2);"
	    "r0 += r2;"
	    "r2 = *(u8 *)(r1 + 3);"
	    "r0 += r2;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("dereference of modified ctx ptr R1 off=8 disallowed")
__naked int pointer_moved(void)
{
	ASM("r1 += 8;"
	    "r0 = *(u32 *)(r1 + 0);"
	    "exit;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("variable ctx access var_off=(0x0; 0x4) disallowed")
__naked int pointer_moved_by_a_variable(void)
{
	ASM("r2 = *(u32 *)(r1 + 0);"
	    "r2 &= 4;"
	    "r1 += r2;"
	    "r0 = *(u32 *)(r1 + 0);"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("BPF_ATOMIC stores into R1 ctx is not allowed")
__kernels("", "5.11") __msg("BPF_XADD stores into R1 ctx is not allowed")
__naked int atomic_addition(void)
{
	ASM("r0 = 1;"
	    "lock *(u32 *)(r1 + %[cb]) += w0;"
	    "exit;", FIELD(cb));
}

char _license[] SEC("license") = "GPL";

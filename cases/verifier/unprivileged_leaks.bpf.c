// SPDX-License-Identifier: GPL-2.0-only
// Without CAP_PERFMON no address of the kernel may get to where user space could read it:
// is_pointer_value() and check_mem_access() in kernel/bpf/verifier.c. All of it is allowed to those
// who may know addresses anyway; it is not run then if the address would come out, because it is
// another in every mode.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

/* r0 = a value of 8 bytes, or out with 0; r6 = the context. */
#define VALUE						\
	"r6 = r1;"					\
	"r1 = 0;"					\
	"*(u32 *)(r10 - 4) = r1;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[numbers] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto 9f;"

#define OUT						\
	"9: r0 = 0;"					\
	"exit;"

#define LOOKUP __imm(bpf_map_lookup_elem), __imm_addr(numbers)

SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R6 leaks addr into map")
__naked int pointer_stored_in_a_table(void)
{
	ASM(VALUE "*(u64 *)(r0 + 0) = r6;" OUT, LOOKUP);
}

SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R6 leaks addr into mem")
__needs("atomics")
__naked int pointer_exchanged_into_a_table(void)
{
	ASM(VALUE "r6 = xchg_64(r0 + 0, r6);" OUT, LOOKUP);
}

SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R1 leaks addr into ctx")
__naked int pointer_stored_in_the_context(void)
{
	ASM("*(u64 *)(r1 + %[cb]) = r1;" OUT,
	    __imm_const(cb, __builtin_offsetof(struct __sk_buff, cb)));
}

SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R0 leaks addr as return value")
__naked int pointer_returned(void)
{
	ASM("r0 = r10;"
	    "exit;");
}

/* As flags, which the helper rejects with the pointer's value as its evidence. */
SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R4 leaks addr into helper function")
__naked int pointer_passed_as_a_number(void)
{
	ASM("r0 = 0;"
	    "*(u32 *)(r10 - 4) = r0;"
	    "*(u64 *)(r10 - 16) = r0;"
	    "r1 = %[numbers] ll;"
	    "r2 = r10;"
	    "r2 += -4;"
	    "r3 = r10;"
	    "r3 += -16;"
	    "r4 = r10;"
	    "call %[bpf_map_update_elem];" OUT, __imm(bpf_map_update_elem), __imm_addr(numbers));
}

/* One comparison a bit, and the address is known. */
SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R1 pointer comparison prohibited")
__naked int pointer_compared_with_a_number(void)
{
	ASM("if r1 == 0x1234 goto 9f;" OUT);
}

/* For a helper a slot that holds a pointer is one that nobody has written. */
SEC("socket")
__success
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("invalid read from stack R3 off -16+0 size 8")
__kernels("", "6.13") __msg_unpriv("invalid indirect read from stack R3 off -16+0 size 8")
__naked int spilled_pointer_for_a_value(void)
{
	ASM("r0 = 0;"
	    "*(u32 *)(r10 - 4) = r0;"
	    "*(u64 *)(r10 - 16) = r1;"
	    "r1 = %[numbers] ll;"
	    "r2 = r10;"
	    "r2 += -4;"
	    "r3 = r10;"
	    "r3 += -16;"
	    "r4 = 0;"
	    "call %[bpf_map_update_elem];" OUT, __imm(bpf_map_update_elem), __imm_addr(numbers));
}

/* With CAP_BPF and CAP_PERFMON again, without CAP_NET_ADMIN and CAP_SYS_ADMIN, it is allowed. */
SEC("socket")
__success_unpriv __caps_unpriv(CAP_BPF | CAP_PERFMON)
__naked int pointer_stored_with_capabilities(void)
{
	ASM(VALUE "*(u64 *)(r0 + 0) = r6;" OUT, LOOKUP);
}

char _license[] SEC("license") = "GPL";

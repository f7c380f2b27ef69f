// SPDX-License-Identifier: GPL-2.0-only
// How far a pointer may be moved, and which not at all: check_reg_sane_offset(),
// sanitize_check_bounds() and check_ptr_to_map_access() in kernel/bpf/verifier.c.
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

/* Offsets end at 1 << 29, used or not. */
SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("math between map_value pointer and 536870912 is not allowed")
__naked int moved_too_far_at_once(void)
{
	ASM(VALUE "r0 += 0x20000000;" OUT);
}

SEC("socket")
__failure __errno(EINVAL)
__msg("map_value pointer offset 536870912 is not allowed")
__naked int moved_too_far_in_two_steps(void)
{
	ASM(VALUE "r0 += 0x1fffffff;"
		  "r0 += 1;" OUT);
}

/* Out of the value and back again, with no access on the way. */
SEC("socket")
__success __put(numbers, "u32:0", "u64:11") __retval(11)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("pointer arithmetic of map value goes out of range, prohibited for !root")
__naked int moved_far_and_back(void)
{
	ASM(VALUE "r0 += 0x1fffffff;"
		  "r0 += -0x1fffffff;"
		  "r0 = *(u64 *)(r0 + 0);"
		  "exit;" OUT);
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R1 pointer arithmetic on map_ptr prohibited")
__naked int table_moved(void)
{
	ASM("r1 = %[numbers] ll;"
	    "r1 += 8;" OUT);
}

SEC("socket") __needs("btf")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EPERM)
__msg("only read from bpf_array is supported")
__msg_unpriv("'struct bpf_array' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN")
__kernels("", "6.1")
__msg_unpriv("bpf_array access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN")
__naked int table_written(void)
{
	ASM("r1 = %[numbers] ll;"
	    "r0 = 0;"
	    "*(u32 *)(r1 + 0) = r0;"
	    "exit;");
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// What a lookup returns may be NULL until compared with it: check_mem_access() refuses
// map_value_or_null, mark_ptr_or_null_regs() refines every copy with the same id
// (kernel/bpf/verifier.c).
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

#define LOOKUP_IN(table, slot)				\
	"r1 = " #slot ";"				\
	"*(u32 *)(r10 - 8) = r1;"			\
	"r2 = r10;"					\
	"r2 += -8;"					\
	"r1 = %[" #table "] ll;"			\
	"call %[bpf_map_lookup_elem];"

#define LOOKUP(slot) LOOKUP_IN(numbers, slot)

#define ASM_ON(table, text)				\
	asm volatile (text : : __imm(bpf_map_lookup_elem), __imm_addr(table) : __clobber_all)

#define ASM(text) ASM_ON(numbers, text)

#define FIVE_AND_NINE __put(numbers, "u32:0", "u64:5") __put(numbers, "u32:1", "u64:9")

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 invalid mem access 'map_value_or_null'")
__naked int value_never_checked(void)
{
	ASM(LOOKUP(0)
	    "r0 = *(u64 *)(r0 + 0);"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 pointer arithmetic on map_value_or_null prohibited, null-check it first")
__naked int moved_before_check(void)
{
	ASM(LOOKUP(0)
	    "r0 += 4;"
	    "if r0 == 0 goto 1f;"
	    "r0 = *(u32 *)(r0 + 0);"
	    "1: r0 = 0;"
	    "exit;");
}

/* On that side it is not a pointer but the number 0. */
SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 invalid mem access 'scalar'")
__kernels("", "5.17") __msg("R0 invalid mem access 'inv'")
__naked int used_on_the_null_side(void)
{
	ASM(LOOKUP(0)
	    "if r0 != 0 goto 1f;"
	    "r0 = *(u64 *)(r0 + 0);"
	    "1: r0 = 0;"
	    "exit;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("R6 invalid mem access 'map_value_or_null'")
__naked int check_of_another_lookup(void)
{
	ASM(LOOKUP(0)
	    "r6 = r0;"
	    LOOKUP(1)
	    "if r0 == 0 goto 1f;"
	    "r0 = *(u64 *)(r6 + 0);"
	    "exit;"
	    "1: r0 = 0;"
	    "exit;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("R2 type=map_value_or_null expected=fp")
__kernels("", "7.0") __msg("R2 type=map_value_or_null expected=fp, pkt,")
__naked int unchecked_value_as_key(void)
{
	ASM(LOOKUP(0)
	    "r2 = r0;"
	    "r1 = %[numbers] ll;"
	    "call %[bpf_map_lookup_elem];"
	    "r0 = 0;"
	    "exit;");
}

SEC("socket")
__success __success_unpriv
FIVE_AND_NINE __retval(5)
__naked int copy_is_checked(void)
{
	ASM(LOOKUP(0)
	    "r6 = r0;"
	    "if r0 == 0 goto 1f;"
	    "r0 = *(u64 *)(r6 + 0);"
	    "exit;"
	    "1: r0 = 0;"
	    "exit;");
}

SEC("socket")
__success __success_unpriv
FIVE_AND_NINE __retval(5)
__naked int spilled_copy_is_checked(void)
{
	ASM(LOOKUP(0)
	    "*(u64 *)(r10 - 16) = r0;"
	    "if r0 == 0 goto 1f;"
	    "r1 = *(u64 *)(r10 - 16);"
	    "r0 = *(u64 *)(r1 + 0);"
	    "exit;"
	    "1: r0 = 0;"
	    "exit;");
}

/* A slot that an array is known to have is always there. */
SEC("socket")
__success __put(slots, "u32:1", "u64:9") __retval(9)
__kernels("", "6.13") __failure __errno(EACCES)
__msg("R0 invalid mem access 'map_value_or_null'")
__naked int last_slot_of_an_array(void)
{
	ASM_ON(slots, LOOKUP_IN(slots, 1)
	       "r0 = *(u64 *)(r0 + 0);"
	       "exit;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("R0 invalid mem access 'map_value_or_null'")
__naked int slot_after_the_last_of_an_array(void)
{
	ASM_ON(slots, LOOKUP_IN(slots, 2)
	       "r0 = *(u64 *)(r0 + 0);"
	       "exit;");
}

/* What equals a pointer that cannot be NULL is not NULL either (nonnull comparison, v6.2). */
SEC("socket")
__success
FIVE_AND_NINE __retval(9)
__kernels("", "6.1") __failure __errno(EACCES)
__msg("R0 invalid mem access 'map_value_or_null'")
__naked int equal_to_a_checked_value(void)
{
	ASM(LOOKUP(1)
	    "if r0 == 0 goto 1f;"
	    "r6 = r0;"
	    LOOKUP(1)
	    "if r0 != r6 goto 1f;"
	    "r0 = *(u64 *)(r0 + 0);"
	    "exit;"
	    "1: r0 = 0;"
	    "exit;");
}

/* Each side of the branch makes its own pointer; one check serves whichever arrives. */
SEC("socket")
__success __success_unpriv
FIVE_AND_NINE __retval(9)
__naked int checked_where_the_branches_meet(void)
{
	ASM("r1 = *(u32 *)(r1 + 0);"
	    "if r1 == 0 goto 1f;"
	    LOOKUP(1)
	    "goto 2f;"
	    "1:"
	    LOOKUP(0)
	    "2: if r0 == 0 goto 3f;"
	    "r0 = *(u64 *)(r0 + 0);"
	    "exit;"
	    "3: r0 = 0;"
	    "exit;");
}

char _license[] SEC("license") = "GPL";

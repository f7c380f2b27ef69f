// SPDX-License-Identifier: GPL-2.0-only
// The ways in which a filter can prove that an unknown index lies within a table's value:
// adjust_scalar_min_max_vals(), reg_set_min_max() and reg_bounds_sync() in kernel/bpf/verifier.c
// must derive bounds from each. All bytes are 7, so 7 comes back whatever the index was.
#include <case.h>

struct block {
	__u8 byte[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct block);
} blocks SEC(".maps");

#define SEVENS "hex:07070707070707070707070707070707"
#define ACCEPTED __success __put(blocks, "u32:0", SEVENS) __retval(7)

/* r0 = the block, r6 = a number of 64 bits of which nothing is known; r7 to r9 are untouched. */
#define BLOCK_AND_NUMBER				\
	"call %[bpf_get_prandom_u32];"			\
	"r6 = r0;"					\
	"r6 <<= 32;"					\
	"call %[bpf_get_prandom_u32];"			\
	"r6 |= r0;"					\
	"r1 = 0;"					\
	"*(u32 *)(r10 - 4) = r1;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[blocks] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto out_%=;"

/* r6 bytes into the block. */
#define READ_AT_NUMBER					\
	"r0 += r6;"					\
	"r0 = *(u8 *)(r0 + 0);"				\
	"exit;"						\
	"out_%=:"					\
	"r0 = 7;"					\
	"exit;"

#define INDEX_BY(proof)					\
	asm volatile (BLOCK_AND_NUMBER proof READ_AT_NUMBER	\
		      :					\
		      : __imm(bpf_get_prandom_u32), __imm(bpf_map_lookup_elem),	\
			__imm_addr(blocks)		\
		      : __clobber_all)

SEC("socket")
ACCEPTED __success_unpriv
__naked int mask(void)
{
	INDEX_BY("r6 &= 15;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("invalid access to map value, value_size=16 off=16 size=1")
__naked int mask_one_bit_too_wide(void)
{
	INDEX_BY("r6 &= 16;");
}

SEC("socket")
ACCEPTED __success_unpriv
__naked int shift_right(void)
{
	INDEX_BY("r6 >>= 60;");
}

SEC("socket")
ACCEPTED
__naked int sum_of_masks(void)
{
	INDEX_BY("r7 = r6;"
		 "r7 >>= 61;"
		 "r6 &= 7;"
		 "r6 += r7;"
		 "r6 += 1;");
}

/* Up to 3 * 5. */
SEC("socket")
ACCEPTED
__naked int product_of_mask(void)
{
	INDEX_BY("r6 &= 3;"
		 "r6 *= 5;");
}

SEC("socket")
ACCEPTED
__naked int difference_of_mask(void)
{
	INDEX_BY("r7 = 15;"
		 "r6 &= 15;"
		 "r7 -= r6;"
		 "r6 = r7;");
}

/* The bits are known one by one: bit 1 is always clear, so ORing it in adds exactly 2. */
SEC("socket")
ACCEPTED
__naked int or_into_known_bits(void)
{
	INDEX_BY("r6 &= 13;"
		 "r6 |= 2;");
}

SEC("socket")
ACCEPTED
__naked int xor_of_known_bits(void)
{
	INDEX_BY("r6 &= 9;"
		 "r6 ^= 6;");
}

/* Both ends of a signed range. */
SEC("socket")
ACCEPTED
__naked int signed_range(void)
{
	INDEX_BY("if r6 s< 0 goto out_%=;"
		 "if r6 s>= 16 goto out_%=;");
}

/* From -8 to 7, moved up by 8: the sum can be bounded only because neither end overflows. */
SEC("socket")
ACCEPTED
__naked int signed_range_moved_up(void)
{
	INDEX_BY("if r6 s< -8 goto out_%=;"
		 "if r6 s> 7 goto out_%=;"
		 "r6 += 8;");
}

/* The 32-bit comparison says nothing of the upper half; the 32-bit move clears it. */
SEC("socket")
ACCEPTED
__naked int lower_half(void)
{
	INDEX_BY("if w6 > 15 goto out_%=;"
		 "w6 = w6;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("unbounded memory access")
__naked int lower_half_with_upper_unknown(void)
{
	INDEX_BY("if w6 > 15 goto out_%=;"
		 "r6 <<= 1;"
		 "r6 >>= 1;");
}

/* If no bit above the lowest four is set, the number is at most 15. */
SEC("socket")
ACCEPTED
__naked int bits_tested(void)
{
	INDEX_BY("if r6 & -16 goto out_%=;");
}

/* Bounded by a register that is itself bounded. */
SEC("socket")
ACCEPTED
__naked int below_a_bounded_register(void)
{
	INDEX_BY("r7 = r6;"
		 "r7 >>= 60;"
		 "r7 += 1;"
		 "if r6 >= r7 goto out_%=;");
}

SEC("socket")
ACCEPTED
__naked int equal_to_a_bounded_register(void)
{
	INDEX_BY("r7 = r6;"
		 "r7 >>= 60;"
		 "if r6 != r7 goto out_%=;");
}

/* A check of the copy holds for the original: sync_linked_regs(), find_equal_scalars() before. */
SEC("socket")
ACCEPTED
__naked int copy_checked(void)
{
	INDEX_BY("r7 = r6;"
		 "if r7 > 15 goto out_%=;");
}

/* The check comes while the number is on the stack as well. */
SEC("socket")
ACCEPTED
__naked int spilled_then_checked(void)
{
	INDEX_BY("*(u64 *)(r10 - 16) = r6;"
		 "if r6 > 15 goto out_%=;"
		 "r6 = *(u64 *)(r10 - 16);");
}

/* Spilling and filling 32 bits keeps the bounds of what fits into them. */
SEC("socket")
ACCEPTED
__naked int checked_then_spilled_as_32_bits(void)
{
	INDEX_BY("if r6 > 15 goto out_%=;"
		 "*(u32 *)(r10 - 8) = r6;"
		 "r6 = 0;"
		 "r6 = *(u32 *)(r10 - 8);");
}

/* What was overwritten in part is known no more. */
SEC("socket")
__failure __errno(EINVAL)
__msg("math between map_value pointer and register with unbounded min value is not allowed")
__naked int spilled_then_overwritten_in_part(void)
{
	INDEX_BY("r7 = r6;"
		 "r6 &= 15;"
		 "*(u64 *)(r10 - 16) = r6;"
		 "*(u8 *)(r10 - 12) = r7;"
		 "r6 = *(u64 *)(r10 - 16);");
}

char _license[] SEC("license") = "GPL";

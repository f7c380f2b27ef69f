// SPDX-License-Identifier: GPL-2.0-only
// What a conditional jump says of a number on either side, and what 32 bits say of 64:
// reg_set_min_max() and reg_bounds_sync() in kernel/bpf/verifier.c.
#include "index.h"

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
__kernels("", "6.7") __failure __errno(EINVAL)
__msg("math between map_value pointer and register with unbounded min value is not allowed")
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

char _license[] SEC("license") = "GPL";

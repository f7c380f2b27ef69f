// SPDX-License-Identifier: GPL-2.0-only
// What masks, shifts, sums, products and bitwise operators do to the range of a number:
// adjust_scalar_min_max_vals() and scalar_min_max_*() in kernel/bpf/verifier.c.
#include "index.h"

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

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A check of a number holds for its copies in registers and on the stack, as long as they are
// copies: sync_linked_regs(), check_stack_write_fixed_off() and check_stack_read_fixed_off() in
// kernel/bpf/verifier.c.
#include "index.h"

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
__kernels("", "6.8") __failure __errno(EINVAL)
__msg("math between map_value pointer and register with unbounded min value is not allowed")
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

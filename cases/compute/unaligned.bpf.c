// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores across the borders of words and doubles, on machines that can
// (CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS, check_ptr_alignment() in kernel/bpf/verifier.c).
#include "memory.h"

/* Elsewhere the verifier refuses them; no annotation names those of the rest that can. */
#define WHERE_ALLOWED __arch_x86_64 __arch_arm64 __arch_s390x

SEC("socket")
__success __retval(0) WHERE_ALLOWED
BEFORE("u8:0 u16:0x8182 u16:0x8384 u32:0x85868788 u64:0x8991a1b1c1d1e1f1 zero:15")
FOUND("u64:0x8182 u64:0x8384 u64:0x85868788 u64:0x8991a1b1c1d1e1f1 zero:32")
int load_unaligned(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(u16 *)(r1 + 1)", memory, results->at[0]);
	FIND("r2 = *(u16 *)(r1 + 3)", memory, results->at[1]);
	FIND("r2 = *(u32 *)(r1 + 5)", memory, results->at[2]);
	FIND("r2 = *(u64 *)(r1 + 9)", memory, results->at[3]);
	return 0;
}

SEC("socket")
__success __retval(0) WHERE_ALLOWED
BEFORE("hex:11111111111111111111111111111111 zero:16")
AFTER("u8:0x11 u16:0xe7f8 u32:0xc5d6e7f8 u64:0x8192a3b4c5d6e7f8 u8:0x11 zero:16")
int store_unaligned(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	asm volatile("r1 = %[base]\n\t"
		     "r2 = 0x8192a3b4c5d6e7f8 ll\n\t"
		     "*(u16 *)(r1 + 1) = r2\n\t"
		     "*(u32 *)(r1 + 3) = r2\n\t"
		     "*(u64 *)(r1 + 7) = r2"
		     : : [base] "r"(memory) : "r1", "r2", "memory");
	return 0;
}

char _license[] SEC("license") = "GPL";

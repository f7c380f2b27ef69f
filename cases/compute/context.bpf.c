// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores of a context: the verifier puts those of the kernel's own structure in their
// place, and narrower ones become a load, a shift and a mask (convert_ctx_accesses() in
// kernel/bpf/verifier.c, bpf_convert_ctx_access() in net/core/filter.c).
#include "memory.h"

/* struct __sk_buff: 192 bytes, mark at 8, priority at 32, cb[5] at 48. Of the other numbers,
 * ifindex at 40 comes out as that of lo, and wire_len at 160 as the length of the packet.
 */
#define CONTEXT(mark, priority, cb) \
	__ctx("zero:8 " mark " zero:20 " priority " zero:4 u32:0 zero:4 " cb \
	      " zero:92 u32:0 zero:28")

SEC("tc")
__success __retval(0)
CONTEXT("u32:0x81828384", "u32:0x91929394", "u32:0xa1a2a3a4 zero:12 u32:0xb1b2b3b4")
FOUND("u64:0x81828384 u64:0x91929394 u64:0xa1a2a3a4 u64:0xb1b2b3b4 u64:64 zero:24")
int context_words(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	FIND("r2 = *(u32 *)(r1 + 8)", ctx, results->at[0]);
	FIND("r2 = *(u32 *)(r1 + 32)", ctx, results->at[1]);
	FIND("r2 = *(u32 *)(r1 + 48)", ctx, results->at[2]);
	FIND("r2 = *(u32 *)(r1 + 64)", ctx, results->at[3]);
	FIND("r2 = *(u32 *)(r1 + 0)", ctx, results->at[4]);
	return 0;
}

SEC("tc")
__success __retval(0)
CONTEXT("hex:81828384", "u16:0x9192 u16:0x9394", "zero:20")
FOUND("u64:0x81 u64:0x82 u64:0x83 u64:0x84 u64:0x9192 u64:0x9394 zero:16")
int context_narrow_loads(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	FIND("r2 = *(u8 *)(r1 + 8)", ctx, results->at[0]);
	FIND("r2 = *(u8 *)(r1 + 9)", ctx, results->at[1]);
	FIND("r2 = *(u8 *)(r1 + 10)", ctx, results->at[2]);
	FIND("r2 = *(u8 *)(r1 + 11)", ctx, results->at[3]);
	FIND("r2 = *(u16 *)(r1 + 32)", ctx, results->at[4]);
	FIND("r2 = *(u16 *)(r1 + 34)", ctx, results->at[5]);
	return 0;
}

/* Stores go where the loads come from, and nowhere else. */
SEC("tc")
__success __retval(0)
CONTEXT("u32:1", "u32:2", "u32:3 u32:4 u32:5 u32:6 u32:7")
FOUND("u64:0xc5d6e7f8 u64:2 u64:3 u64:0xc5d6e7f9 u64:5 u64:0xc5d6e7fa u64:7 zero:8")
int context_stores(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	asm volatile("r1 = %[context]\n\t"
		     "r2 = 0x8192a3b4c5d6e7f8 ll\n\t"
		     "*(u32 *)(r1 + 8) = r2\n\t"
		     "r2 += 1\n\t"
		     "*(u32 *)(r1 + 52) = r2\n\t"
		     "r2 += 1\n\t"
		     "*(u32 *)(r1 + 60) = r2"
		     : : [context] "r"(ctx) : "r1", "r2", "memory");
	FIND("r2 = *(u32 *)(r1 + 8)", ctx, results->at[0]);
	FIND("r2 = *(u32 *)(r1 + 32)", ctx, results->at[1]);
	FIND("r2 = *(u32 *)(r1 + 48)", ctx, results->at[2]);
	FIND("r2 = *(u32 *)(r1 + 52)", ctx, results->at[3]);
	FIND("r2 = *(u32 *)(r1 + 56)", ctx, results->at[4]);
	FIND("r2 = *(u32 *)(r1 + 60)", ctx, results->at[5]);
	FIND("r2 = *(u32 *)(r1 + 64)", ctx, results->at[6]);
	return 0;
}

/* A load of the context into the register that held it. */
SEC("tc")
__success __retval(0)
CONTEXT("u32:0x81828384", "u16:0x9192 u16:0x9394", "zero:20")
FOUND("u64:0x81828384 u64:0x9394 zero:48")
int context_into_its_own_register(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	FIND("r1 = *(u32 *)(r1 + 8)\n\tr2 = r1", ctx, results->at[0]);
	FIND("r1 = *(u16 *)(r1 + 34)\n\tr2 = r1", ctx, results->at[1]);
	return 0;
}

char _license[] SEC("license") = "GPL";

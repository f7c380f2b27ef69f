// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// Loads of 1, 2 and 4 bytes that extend the sign to 64 bits (RFC 9669, section 5.2): LDX_MEMSX_* of
// ___bpf_prog_run() in kernel/bpf/core.c, emit_ldsx() of the x86 JIT.
#include "memory.h"

SEC("socket")
__success __retval(0) __needs("ldsx")
BEFORE("hex:00017f80ffa55afe zero:24")
FOUND("u64:0 u64:1 u64:0x7f s64:-128 s64:-1 s64:-91 u64:0x5a s64:-2")
int load_signed_bytes(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(s8 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(s8 *)(r1 + 1)", memory, results->at[1]);
	FIND("r2 = *(s8 *)(r1 + 2)", memory, results->at[2]);
	FIND("r2 = *(s8 *)(r1 + 3)", memory, results->at[3]);
	FIND("r2 = *(s8 *)(r1 + 4)", memory, results->at[4]);
	FIND("r2 = *(s8 *)(r1 + 5)", memory, results->at[5]);
	FIND("r2 = *(s8 *)(r1 + 6)", memory, results->at[6]);
	FIND("r2 = *(s8 *)(r1 + 7)", memory, results->at[7]);
	return 0;
}

SEC("socket")
__success __retval(0) __needs("ldsx")
BEFORE("u16:0 u16:0x7fff u16:0x8000 u16:0xffff u16:0x0080 u16:0xff7f zero:20")
FOUND("u64:0 u64:0x7fff s64:-0x8000 s64:-1 u64:0x80 s64:-0x81 zero:16")
int load_signed_halves(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(s16 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(s16 *)(r1 + 2)", memory, results->at[1]);
	FIND("r2 = *(s16 *)(r1 + 4)", memory, results->at[2]);
	FIND("r2 = *(s16 *)(r1 + 6)", memory, results->at[3]);
	FIND("r2 = *(s16 *)(r1 + 8)", memory, results->at[4]);
	FIND("r2 = *(s16 *)(r1 + 10)", memory, results->at[5]);
	return 0;
}

SEC("socket")
__success __retval(0) __needs("ldsx")
BEFORE("u32:0 u32:0x7fffffff u32:0x80000000 u32:0xffffffff u32:0x00008000 u32:0xffff7fff zero:8")
FOUND("u64:0 u64:0x7fffffff s64:-0x80000000 s64:-1 u64:0x8000 s64:-0x8001 zero:16")
int load_signed_words(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(s32 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(s32 *)(r1 + 4)", memory, results->at[1]);
	FIND("r2 = *(s32 *)(r1 + 8)", memory, results->at[2]);
	FIND("r2 = *(s32 *)(r1 + 12)", memory, results->at[3]);
	FIND("r2 = *(s32 *)(r1 + 16)", memory, results->at[4]);
	FIND("r2 = *(s32 *)(r1 + 20)", memory, results->at[5]);
	return 0;
}

/* Into the address register, and from before the pointer. */
SEC("socket")
__success __retval(0) __needs("ldsx")
BEFORE("u8:0x81 u8:0 u16:0x8182 u32:0x81828384 zero:24")
FOUND("s64:-127 s64:-0x7e7e s64:-0x7e7d7c7c zero:40")
int load_signed_into_the_address(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r1 += 16\n\tr1 = *(s8 *)(r1 - 16)\n\tr2 = r1", memory, results->at[0]);
	FIND("r1 += 16\n\tr1 = *(s16 *)(r1 - 14)\n\tr2 = r1", memory, results->at[1]);
	FIND("r1 += 16\n\tr1 = *(s32 *)(r1 - 12)\n\tr2 = r1", memory, results->at[2]);
	return 0;
}

char _license[] SEC("license") = "GPL";

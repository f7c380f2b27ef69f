// SPDX-License-Identifier: GPL-2.0-only
// Loads of 1, 2 and 4 bytes clear the rest of the register; the offset is signed (RFC 9669, section
// 5.1): LDX_MEM_* of ___bpf_prog_run() in kernel/bpf/core.c, emit_ldx() of the x86 JIT.
#include "memory.h"

SEC("socket")
__success __retval(0)
BEFORE("hex:00017f80ffa55a01 zero:24")
FOUND("u64:0x00 u64:0x01 u64:0x7f u64:0x80 u64:0xff u64:0xa5 u64:0x5a u64:0x01")
int load_bytes(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(u8 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(u8 *)(r1 + 1)", memory, results->at[1]);
	FIND("r2 = *(u8 *)(r1 + 2)", memory, results->at[2]);
	FIND("r2 = *(u8 *)(r1 + 3)", memory, results->at[3]);
	FIND("r2 = *(u8 *)(r1 + 4)", memory, results->at[4]);
	FIND("r2 = *(u8 *)(r1 + 5)", memory, results->at[5]);
	FIND("r2 = *(u8 *)(r1 + 6)", memory, results->at[6]);
	FIND("r2 = *(u8 *)(r1 + 7)", memory, results->at[7]);
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("u16:0x7fff u16:0x8000 u16:0xffff u16:0x0180 u16:0x80ff zero:22")
FOUND("u64:0x7fff u64:0x8000 u64:0xffff u64:0x0180 u64:0x80ff zero:24")
int load_halves(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(u16 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(u16 *)(r1 + 2)", memory, results->at[1]);
	FIND("r2 = *(u16 *)(r1 + 4)", memory, results->at[2]);
	FIND("r2 = *(u16 *)(r1 + 6)", memory, results->at[3]);
	FIND("r2 = *(u16 *)(r1 + 8)", memory, results->at[4]);
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("u32:0x7fffffff u32:0x80000000 u32:0xffffffff u32:0x01234567 zero:16")
FOUND("u64:0x7fffffff u64:0x80000000 u64:0xffffffff u64:0x01234567 zero:32")
int load_words(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(u32 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(u32 *)(r1 + 4)", memory, results->at[1]);
	FIND("r2 = *(u32 *)(r1 + 8)", memory, results->at[2]);
	FIND("r2 = *(u32 *)(r1 + 12)", memory, results->at[3]);
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("u64:0x0123456789abcdef u64:0x8000000000000000 u64:-1 u64:0")
FOUND("u64:0x0123456789abcdef u64:0x8000000000000000 u64:-1 zero:40")
int load_doubles(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r2 = *(u64 *)(r1 + 0)", memory, results->at[0]);
	FIND("r2 = *(u64 *)(r1 + 8)", memory, results->at[1]);
	FIND("r2 = *(u64 *)(r1 + 16)", memory, results->at[2]);
	FIND("r2 = *(u64 *)(r1 + 24)", memory, results->at[3]);
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("u64:0x1111111111111111 u8:0x22 zero:1 u16:0x3333 u32:0x44444444 zero:16")
FOUND("u64:0x1111111111111111 u64:0x22 u64:0x3333 u64:0x44444444 zero:32")
int load_before_the_pointer(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r1 += 16\n\tr2 = *(u64 *)(r1 - 16)", memory, results->at[0]);
	FIND("r1 += 16\n\tr2 = *(u8 *)(r1 - 8)", memory, results->at[1]);
	FIND("r1 += 16\n\tr2 = *(u16 *)(r1 - 6)", memory, results->at[2]);
	FIND("r1 += 16\n\tr2 = *(u32 *)(r1 - 4)", memory, results->at[3]);
	return 0;
}

/* The address is overwritten by what stands there. */
SEC("socket")
__success __retval(0)
BEFORE("u64:0x0123456789abcdef u32:0x89abcdef u16:0xcdef u8:0xef zero:17")
FOUND("u64:0x0123456789abcdef u64:0x89abcdef u64:0xcdef u64:0xef zero:32")
int load_into_the_address(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();

	if (!memory || !results)
		return -1;
	FIND("r1 = *(u64 *)(r1 + 0)\n\tr2 = r1", memory, results->at[0]);
	FIND("r1 = *(u32 *)(r1 + 8)\n\tr2 = r1", memory, results->at[1]);
	FIND("r1 = *(u16 *)(r1 + 12)\n\tr2 = r1", memory, results->at[2]);
	FIND("r1 = *(u8 *)(r1 + 14)\n\tr2 = r1", memory, results->at[3]);
	return 0;
}

char _license[] SEC("license") = "GPL";

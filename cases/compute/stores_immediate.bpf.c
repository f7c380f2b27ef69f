// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// Stores of an immediate: its low bytes, or sign-extended to 8 (RFC 9669, section 5.1): ST_MEM_* of
// ___bpf_prog_run() in kernel/bpf/core.c. Blinding turns them into stores of a register.
#include "memory.h"

#define STORE(insns) asm volatile("r1 = %[base]\n\t" insns : : [base] "r"(memory) : "r1", "memory")

SEC("socket")
__success __retval(0)
BEFORE("hex:1111111111111111 zero:24")
AFTER("hex:8011ff0011117811 zero:24")
int store_immediate_bytes(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u8 *)(r1 + 0) = 0x80\n\t"
	      "*(u8 *)(r1 + 2) = -1\n\t"
	      "*(u8 *)(r1 + 3) = 0\n\t"
	      "*(u8 *)(r1 + 6) = 0x12345678");
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("hex:111111111111111111111111 zero:20")
AFTER("u16:0x8000 hex:1111 u16:0xffff u16:0 u16:0x5678 hex:1111 zero:20")
int store_immediate_halves(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u16 *)(r1 + 0) = 0x8000\n\t"
	      "*(u16 *)(r1 + 4) = -1\n\t"
	      "*(u16 *)(r1 + 6) = 0\n\t"
	      "*(u16 *)(r1 + 8) = 0x12345678");
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("hex:1111111111111111111111111111111111111111 zero:12")
AFTER("u32:0x80000000 hex:11111111 u32:0xffffffff u32:0 u32:0x12345678 zero:12")
int store_immediate_words(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u32 *)(r1 + 0) = -0x80000000\n\t"
	      "*(u32 *)(r1 + 8) = -1\n\t"
	      "*(u32 *)(r1 + 12) = 0\n\t"
	      "r1 += 20\n\t"
	      "*(u32 *)(r1 - 4) = 0x12345678");
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("u64:1 u64:2 u64:3 u64:4")
AFTER("s64:-0x80000000 u64:0xffffffffffffffff u64:0x7fffffff u64:0x12345678")
int store_immediate_doubles(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u64 *)(r1 + 0) = -0x80000000\n\t"
	      "*(u64 *)(r1 + 8) = -1\n\t"
	      "*(u64 *)(r1 + 16) = 0x7fffffff\n\t"
	      "*(u64 *)(r1 + 24) = 0x12345678");
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Stores write the low bytes of the register and nothing beside them (RFC 9669, section 5.1):
// STX_MEM_* of ___bpf_prog_run() in kernel/bpf/core.c, emit_stx() of the x86 JIT.
#include "memory.h"

/* Stores r2, in which all bytes are different, into r1 as the instructions say. */
#define STORE(insns)								\
	asm volatile("r1 = %[base]\n\t"						\
		     "r2 = 0x8192a3b4c5d6e7f8 ll\n\t"				\
		     insns							\
		     : : [base] "r"(memory) : "r1", "r2", "memory")

SEC("socket")
__success __retval(0)
BEFORE("hex:1111111111111111 zero:24")
AFTER("hex:f811f8f81111f811 zero:24")
int store_bytes(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u8 *)(r1 + 0) = r2\n\t"
	      "*(u8 *)(r1 + 2) = r2\n\t"
	      "*(u8 *)(r1 + 3) = r2\n\t"
	      "*(u8 *)(r1 + 6) = r2");
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("hex:11111111111111111111 zero:22")
AFTER("hex:1111 u16:0xe7f8 hex:1111 u16:0xe7f8 hex:1111 zero:22")
int store_halves(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u16 *)(r1 + 2) = r2\n\t"
	      "*(u16 *)(r1 + 6) = r2");
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("hex:111111111111111111111111111111111111111111111111 zero:8")
AFTER("hex:11111111 u32:0xc5d6e7f8 hex:1111111111111111 u32:0xc5d6e7f8 hex:11111111 zero:8")
int store_words(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u32 *)(r1 + 4) = r2\n\t"
	      "r1 += 24\n\t"
	      "*(u32 *)(r1 - 8) = r2");
	return 0;
}

SEC("socket")
__success __retval(0)
BEFORE("u64:1 u64:2 u64:3 u64:4")
AFTER("u64:1 u64:0x8192a3b4c5d6e7f8 u64:3 u64:0x8192a3b4c5d6e7f8")
int store_doubles(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("*(u64 *)(r1 + 8) = r2\n\t"
	      "r1 += 32\n\t"
	      "*(u64 *)(r1 - 8) = r2");
	return 0;
}

/* A later store overwrites a part of an earlier one. */
SEC("socket")
__success __retval(0)
BEFORE("u64:-1 u64:-1 u64:-1 u64:-1")
AFTER("u16:0 u8:0x11 u8:0 u32:0 u32:0x22222222 u32:0 u64:-1 u64:-1")
int store_over_store(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	STORE("r2 = 0\n\t"
	      "*(u64 *)(r1 + 0) = r2\n\t"
	      "*(u64 *)(r1 + 8) = r2\n\t"
	      "r2 = 0x11\n\t"
	      "*(u8 *)(r1 + 2) = r2\n\t"
	      "r2 = 0x22222222\n\t"
	      "*(u32 *)(r1 + 8) = r2");
	return 0;
}

/* All but the one with the address. x86 reaches the low bytes of some only with a prefix. */
SEC("socket")
__success __retval(0)
BEFORE("hex:ffffffffffffffffffffffff zero:20")
AFTER("hex:e0ffe2e3e4e5e6e7e8e9ffff zero:20")
int store_byte_of_every_register(void *ctx)
{
	struct memory *memory = find_memory();

	if (!memory)
		return -1;
	asm volatile("r0 = 0x1234567890e0 ll\n\t"
		     "*(u8 *)(%[base] + 0) = r0\n\t"
		     "r2 = 0x1234567890e2 ll\n\t"
		     "*(u8 *)(%[base] + 2) = r2\n\t"
		     "r3 = 0x1234567890e3 ll\n\t"
		     "*(u8 *)(%[base] + 3) = r3\n\t"
		     "r4 = 0x1234567890e4 ll\n\t"
		     "*(u8 *)(%[base] + 4) = r4\n\t"
		     "r5 = 0x1234567890e5 ll\n\t"
		     "*(u8 *)(%[base] + 5) = r5\n\t"
		     "r6 = 0x1234567890e6 ll\n\t"
		     "*(u8 *)(%[base] + 6) = r6\n\t"
		     "r7 = 0x1234567890e7 ll\n\t"
		     "*(u8 *)(%[base] + 7) = r7\n\t"
		     "r8 = 0x1234567890e8 ll\n\t"
		     "*(u8 *)(%[base] + 8) = r8\n\t"
		     "r9 = 0x1234567890e9 ll\n\t"
		     "*(u8 *)(%[base] + 9) = r9\n\t"
		     : : [base] "r"(memory)
		     : "r0", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory");
	return 0;
}

char _license[] SEC("license") = "GPL";

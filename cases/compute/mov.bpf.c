// SPDX-License-Identifier: GPL-2.0-only
// MOV overwrites all 64 bits: an immediate is sign-extended, the 32-bit form clears the upper half
// (RFC 9669, section 4.1): ALU64_MOV_* and ALU_MOV_* of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define MOV64(V) \
	V(0, 0xffffffffffffffff, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0, -1, 0xffffffffffffffff) /* an immediate is sign-extended */ \
	V(3, 0, -2, 0xfffffffffffffffe) \
	V(4, 0, 0x7fffffff, 0x7fffffff) \
	V(5, 0xffffffffffffffff, -0x80000000, 0xffffffff80000000) \
	V(6, 0, 127, 127) \
	V(7, 0, 128, 128) \
	V(8, 0, -128, 0xffffffffffffff80) \
	V(9, 0, -129, 0xffffffffffffff7f) \
	V(10, 0, 0xffff, 0xffff) \
	V(11, 0, 0x10000, 0x10000) \
	V(12, 0, -0x10000, 0xffffffffffff0000) /* arm64: one instruction */ \
	V(13, 0, 0x12345678, 0x12345678) /* arm64: two */

/* What no immediate can hold. */
#define MOV64_WIDE(V) \
	V(14, 0, 0xffffffffffffffff, 0xffffffffffffffff) \
	V(15, 0xffffffffffffffff, 0x8000000000000000, 0x8000000000000000) \
	V(16, 0xffffffffffffffff, 0xffffffff, 0xffffffff) \
	V(17, 0, 0x100000000, 0x100000000) \
	V(18, 0xffffffffffffffff, 0x123456789abcdef, 0x123456789abcdef)

#define MOV32(V) \
	V(0, 0xffffffffffffffff, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0, -1, 0xffffffff) \
	V(3, 0, -2, 0xfffffffe) \
	V(4, 0, 0x7fffffff, 0x7fffffff) \
	V(5, 0xffffffffffffffff, -0x80000000, 0x80000000) \
	V(6, 0, 127, 127) \
	V(7, 0, 128, 128) \
	V(8, 0, -128, 0xffffff80) \
	V(9, 0, -129, 0xffffff7f) \
	V(10, 0, 0xffff, 0xffff) \
	V(11, 0, 0x10000, 0x10000) \
	V(12, 0, -0x10000, 0xffff0000) /* arm64: one instruction */ \
	V(13, 0, 0x12345678, 0x12345678) /* arm64: two */

/* What no immediate can hold. */
#define MOV32_WIDE(V) \
	V(14, 0, 0xffffffffffffffff, 0xffffffff) \
	V(15, 0xffffffffffffffff, 0x8000000000000000, 0) \
	V(16, 0xffffffffffffffff, 0xffffffff, 0xffffffff) \
	V(17, 0, 0x100000000, 0) \
	V(18, 0xffffffffffffffff, 0x123456789abcdef, 0x89abcdef)

SEC("socket")
__success __retval(0)
MOV64(ROW) MOV64_WIDE(ROW)
int mov64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = r2");
	return 0;
}

#define MOV64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 = " #right)

SEC("socket")
__success __retval(0)
MOV64(ROW)
int mov64_immediate(void *ctx)
{
	MOV64(MOV64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
MOV32(ROW) MOV32_WIDE(ROW)
int mov32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 = w2");
	return 0;
}

#define MOV32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 = " #right)

SEC("socket")
__success __retval(0)
MOV32(ROW)
int mov32_immediate(void *ctx)
{
	MOV32(MOV32_IMM);
	return 0;
}

#define MOV32_ITSELF(V) \
	V(0, 0, 0, 0) \
	V(1, 0xffffffffffffffff, 0, 0xffffffff) \
	V(2, 0x100000000, 0, 0) \
	V(3, 0x80000000, 0, 0x80000000) \
	V(4, 0x123456789abcdef, 0, 0x89abcdef)

/* No move at all, but the upper half is cleared. */
SEC("socket")
__success __retval(0)
MOV32_ITSELF(ROW)
int mov32_to_itself_zero_extends(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 = w1");
	return 0;
}

char _license[] SEC("license") = "GPL";

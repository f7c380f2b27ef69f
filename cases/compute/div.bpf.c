// SPDX-License-Identifier: GPL-2.0-only
// DIV is unsigned, and division by zero gives zero (RFC 9669, section 4.1). The check is not the
// JITs' own: do_misc_fixups() in kernel/bpf/verifier.c puts it before a division by a register.
#include "vector.h"

#define DIV64(V) \
	V(0, 100, 7, 14) \
	V(1, 7, 100, 0) \
	V(2, 0xffffffffffffffff, 1, 0xffffffffffffffff) \
	V(3, 0xffffffffffffffff, -1, 1) /* -1 is sign-extended, then unsigned */ \
	V(4, 0xffffffffffffffff, 2, 0x7fffffffffffffff) /* not -1 / 2 */ \
	V(5, 0x8000000000000000, -1, 0) /* no overflow: unsigned */ \
	V(6, 0xffffffffffffffff, 0x7fffffff, 0x200000004) \
	V(7, 0xffffffffffffffff, -0x80000000, 1) \
	V(8, 0x100000000, 3, 0x55555555) /* the upper half counts */ \
	V(9, 0x123456789abcdef0, 128, 0x2468acf13579bd) \
	V(10, 0x123456789abcdef0, 4096, 0x123456789abcd)

/* What no immediate can hold. */
#define DIV64_WIDE(V) \
	V(11, 5, 0, 0) /* by zero */ \
	V(12, 0xffffffffffffffff, 0, 0) \
	V(13, 0, 0, 0) \
	V(14, 0xffffffffffffffff, 0x100000000, 0xffffffff) \
	V(15, 0xffffffffffffffff, 0x8000000000000000, 1) \
	V(16, 0x7fffffffffffffff, 0x8000000000000000, 0) \
	V(17, 0xfedcba9876543210, 0x123456789abcdef, 224)

#define DIV32(V) \
	V(0, 100, 7, 14) \
	V(1, 0xdeadbeef00000064, 7, 14) /* the upper half does not matter */ \
	V(2, 0xffffffff, 1, 0xffffffff) \
	V(3, 0xffffffffffffffff, -1, 1) \
	V(4, 0xfffffffe, -1, 0) \
	V(5, 0xffffffff, 2, 0x7fffffff) \
	V(6, 0x80000000, -1, 0) \
	V(7, 0xffffffff, 0x7fffffff, 2) \
	V(8, 0xffffffff, -0x80000000, 1) \
	V(9, 0x12345678, 128, 0x2468ac) \
	V(10, 0x12345678, 4096, 0x12345)

/* The upper halves of the operands do not matter. */
#define DIV32_WIDE(V) \
	V(11, 5, 0, 0) /* by zero */ \
	V(12, 0xffffffffffffffff, 0, 0) \
	V(13, 0xffffffffffffffff, 0x100000000, 0) /* the lower half is zero */ \
	V(14, 0xdeadbeef00000000, 0, 0) \
	V(15, 0xffffffff00000009, 0xffffffff00000003, 3) \
	V(16, 0x1ffffffff, 0x180000000, 1)

SEC("socket")
__success __retval(0) __needs("div64")
DIV64(ROW) DIV64_WIDE(ROW)
int div64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 /= r2");
	return 0;
}

#define DIV64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 /= " #right)

SEC("socket")
__success __retval(0) __needs("div64")
DIV64(ROW)
int div64_immediate(void *ctx)
{
	DIV64(DIV64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
DIV32(ROW) DIV32_WIDE(ROW)
int div32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 /= w2");
	return 0;
}

#define DIV32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 /= " #right)

SEC("socket")
__success __retval(0)
DIV32(ROW)
int div32_immediate(void *ctx)
{
	DIV32(DIV32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

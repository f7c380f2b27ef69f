// SPDX-License-Identifier: GPL-2.0-only
// OR with an immediate that is sign-extended to 64 bits, or of 32 bits and the upper half cleared
// (RFC 9669, section 4.1): ALU64_OR_* and ALU_OR_* of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define OR64(V) \
	V(0, 0x123456789abcdef, 0, 0x123456789abcdef) \
	V(1, 0x123456789abcdef, -1, 0xffffffffffffffff) /* an immediate is sign-extended */ \
	V(2, 0xffffffffffffffff, 1, 0xffffffffffffffff) \
	V(3, 0x8000000000000000, -0x80000000, 0xffffffff80000000) \
	V(4, 0x5555555555555555, 0x33333333, 0x5555555577777777) \
	V(5, 0x123456789abcdef, 0x7fffffff, 0x1234567ffffffff) \
	V(6, 0xffff0000ffff0000, 127, 0xffff0000ffff007f) \
	V(7, 0xffff0000ffff00ff, 128, 0xffff0000ffff00ff) \
	V(8, 0xff00ff00ff00ff00, -128, 0xffffffffffffff80) \
	V(9, 0xff00ff00ff00ff00, -129, 0xffffffffffffff7f) \
	V(10, 0xf0f0f0f0f0f0f0f, 0xff00ff, 0xf0f0f0f0fff0fff) /* arm64: encodes as an immediate */ \
	V(11, 0xf0f0f0f0f0f0f0f, 0x12345678, 0xf0f0f0f1f3f5f7f) /* arm64: does not */ \
	V(12, 0, -2, 0xfffffffffffffffe)

/* What no immediate can hold. */
#define OR64_WIDE(V) \
	V(13, 0xffffffff00000000, 0xffffffff, 0xffffffffffffffff) \
	V(14, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0xffffffffffffffff) \
	V(15, 0xffffffffffffffff, 0x8000000000000000, 0xffffffffffffffff) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0xffffffffffffffff)

#define OR32(V) \
	V(0, 0xdeadbeef89abcdef, 0, 0x89abcdef) /* the upper half becomes zero */ \
	V(1, 0x123456789abcdef, -1, 0xffffffff) \
	V(2, 0xffffffffffffffff, 1, 0xffffffff) \
	V(3, 0x80000000, -0x80000000, 0x80000000) \
	V(4, 0x55555555, 0x33333333, 0x77777777) \
	V(5, 0x89abcdef, 0x7fffffff, 0xffffffff) \
	V(6, 0xffff0000, 127, 0xffff007f) \
	V(7, 0xffff00ff, 128, 0xffff00ff) \
	V(8, 0xff00ff00, -128, 0xffffff80) \
	V(9, 0xff00ff00, -129, 0xffffff7f) \
	V(10, 0xf0f0f0f, 0xff00ff, 0xfff0fff) /* arm64: encodes as an immediate */ \
	V(11, 0xf0f0f0f, 0x12345678, 0x1f3f5f7f) /* arm64: does not */ \
	V(12, 0xdeadbeef00000000, -2, 0xfffffffe)

/* The upper halves of the operands do not matter. */
#define OR32_WIDE(V) \
	V(13, 0xffffffff00000000, 0xffffffff, 0xffffffff) \
	V(14, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0xffffffff) \
	V(15, 0xffffffffffffffff, 0x80000000, 0xffffffff) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0xffffffff)

SEC("socket")
__success __retval(0)
OR64(ROW) OR64_WIDE(ROW)
int or64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 |= r2");
	return 0;
}

#define OR64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 |= " #right)

SEC("socket")
__success __retval(0)
OR64(ROW)
int or64_immediate(void *ctx)
{
	OR64(OR64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
OR32(ROW) OR32_WIDE(ROW)
int or32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 |= w2");
	return 0;
}

#define OR32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 |= " #right)

SEC("socket")
__success __retval(0)
OR32(ROW)
int or32_immediate(void *ctx)
{
	OR32(OR32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

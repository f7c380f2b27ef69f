// SPDX-License-Identifier: GPL-2.0-only
// AND with an immediate that is sign-extended to 64 bits, or of 32 bits and the upper half cleared
// (RFC 9669, section 4.1): ALU64_AND_* and ALU_AND_* of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define AND64(V) \
	V(0, 0x123456789abcdef, 0, 0) \
	V(1, 0x123456789abcdef, -1, 0x123456789abcdef) /* an immediate is sign-extended */ \
	V(2, 0xffffffffffffffff, 1, 1) \
	V(3, 0x8000000000000000, -0x80000000, 0x8000000000000000) \
	V(4, 0x5555555555555555, 0x33333333, 0x11111111) \
	V(5, 0x123456789abcdef, 0x7fffffff, 0x9abcdef) \
	V(6, 0xffff0000ffff0000, 127, 0) \
	V(7, 0xffff0000ffff00ff, 128, 128) \
	V(8, 0xff00ff00ff00ff00, -128, 0xff00ff00ff00ff00) \
	V(9, 0xff00ff00ff00ff00, -129, 0xff00ff00ff00ff00) \
	V(10, 0xf0f0f0f0f0f0f0f, 0xff00ff, 0xf000f) /* arm64: encodes as an immediate */ \
	V(11, 0xf0f0f0f0f0f0f0f, 0x12345678, 0x2040608) /* arm64: does not */ \
	V(12, 0, -2, 0)

/* What no immediate can hold. */
#define AND64_WIDE(V) \
	V(13, 0xffffffff00000000, 0xffffffff, 0) \
	V(14, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0) \
	V(15, 0xffffffffffffffff, 0x8000000000000000, 0x8000000000000000) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0)

#define AND32(V) \
	V(0, 0xdeadbeef89abcdef, 0, 0) /* the upper half becomes zero */ \
	V(1, 0x123456789abcdef, -1, 0x89abcdef) \
	V(2, 0xffffffffffffffff, 1, 1) \
	V(3, 0x80000000, -0x80000000, 0x80000000) \
	V(4, 0x55555555, 0x33333333, 0x11111111) \
	V(5, 0x89abcdef, 0x7fffffff, 0x9abcdef) \
	V(6, 0xffff0000, 127, 0) \
	V(7, 0xffff00ff, 128, 128) \
	V(8, 0xff00ff00, -128, 0xff00ff00) \
	V(9, 0xff00ff00, -129, 0xff00ff00) \
	V(10, 0xf0f0f0f, 0xff00ff, 0xf000f) /* arm64: encodes as an immediate */ \
	V(11, 0xf0f0f0f, 0x12345678, 0x2040608) /* arm64: does not */ \
	V(12, 0xdeadbeef00000000, -2, 0)

/* The upper halves of the operands do not matter. */
#define AND32_WIDE(V) \
	V(13, 0xffffffff00000000, 0xffffffff, 0) \
	V(14, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0) \
	V(15, 0xffffffffffffffff, 0x80000000, 0x80000000) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0)

SEC("socket")
__success __retval(0)
AND64(ROW) AND64_WIDE(ROW)
int and64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 &= r2");
	return 0;
}

#define AND64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 &= " #right)

SEC("socket")
__success __retval(0)
AND64(ROW)
int and64_immediate(void *ctx)
{
	AND64(AND64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
AND32(ROW) AND32_WIDE(ROW)
int and32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 &= w2");
	return 0;
}

#define AND32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 &= " #right)

SEC("socket")
__success __retval(0)
AND32(ROW)
int and32_immediate(void *ctx)
{
	AND32(AND32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

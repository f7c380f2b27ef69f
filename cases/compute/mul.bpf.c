// SPDX-License-Identifier: GPL-2.0-only
// MUL keeps the low half of the product, the same for signed and unsigned (RFC 9669, section 4.1):
// ALU64_MUL_* and ALU_MUL_* of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define MUL64(V) \
	V(0, 5, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 0xffffffffffffffff) \
	V(2, 0xffffffffffffffff, -1, 1) /* (-1) * (-1) */ \
	V(3, 0x8000000000000000, -1, 0x8000000000000000) /* -INT_MIN is INT_MIN */ \
	V(4, 0x7fffffffffffffff, 2, 0xfffffffffffffffe) \
	V(5, 0xffffffff, 2, 0x1fffffffe) /* not cut off at 32 bits */ \
	V(6, 0x100000001, 0x10001, 0x1000100010001) \
	V(7, 3, -0x80000000, 0xfffffffe80000000) \
	V(8, 3, 0x7fffffff, 0x17ffffffd) \
	V(9, 0x123456789, 127, 0x907f6e5cf7) \
	V(10, 0x123456789, 128, 0x91a2b3c480) \
	V(11, 0x123456789, -129, 0xffffff6d3a06d3f7) \
	V(12, 7, 4096, 0x7000)

/* What no immediate can hold. */
#define MUL64_WIDE(V) \
	V(13, 0xffffffff, 0xffffffff, 0xfffffffe00000001) \
	V(14, 0x100000000, 0x100000000, 0) /* nothing of it is left */ \
	V(15, 0xffffffffffffffff, 0xffffffffffffffff, 1) \
	V(16, 0x8000000000000000, 0x8000000000000000, 0) \
	V(17, 0x8000000000000000, 3, 0x8000000000000000) \
	V(18, 0x123456789abcdef, 0xfedcba9876543210, 0x2236d88fe5618cf0)

#define MUL32(V) \
	V(0, 0xdeadbeef00000005, 0, 0) \
	V(1, 0xdeadbeef00000005, 1, 5) /* the upper half becomes zero */ \
	V(2, 0xffffffff, -1, 1) \
	V(3, 0x80000000, -1, 0x80000000) \
	V(4, 0x7fffffff, 2, 0xfffffffe) \
	V(5, 0xffffffff, 2, 0xfffffffe) \
	V(6, 0x10001, 0x10001, 0x20001) /* cut off at 32 bits */ \
	V(7, 3, -0x80000000, 0x80000000) \
	V(8, 3, 0x7fffffff, 0x7ffffffd) \
	V(9, 0x1234567, 127, 0x907f6e19) \
	V(10, 0x1234567, 128, 0x91a2b380) \
	V(11, 0x1234567, -129, 0x6d3a0719) \
	V(12, 7, 4096, 0x7000)

/* The upper halves of the operands do not matter. */
#define MUL32_WIDE(V) \
	V(13, 0x80000000, 0x80000000, 0) \
	V(14, 0xffffffffffffffff, 0xffffffffffffffff, 1) \
	V(15, 0x100000005, 0x700000003, 15) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0xe5618cf0)

SEC("socket")
__success __retval(0)
MUL64(ROW) MUL64_WIDE(ROW)
int mul64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 *= r2");
	return 0;
}

#define MUL64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 *= " #right)

SEC("socket")
__success __retval(0)
MUL64(ROW)
int mul64_immediate(void *ctx)
{
	MUL64(MUL64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
MUL32(ROW) MUL32_WIDE(ROW)
int mul32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 *= w2");
	return 0;
}

#define MUL32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 *= " #right)

SEC("socket")
__success __retval(0)
MUL32(ROW)
int mul32_immediate(void *ctx)
{
	MUL32(MUL32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

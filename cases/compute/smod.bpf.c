// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// SMOD takes the sign of the left operand; modulo zero leaves it, and INT_MIN % -1 is zero, not a
// fault (RFC 9669, section 4.1). do_misc_fixups() in kernel/bpf/verifier.c guards both.
#include "vector.h"

#define SMOD64(V) \
	V(0, 100, 7, 2) \
	V(1, 0xffffffffffffff9c, 7, 0xfffffffffffffffe) /* the sign of the left operand */ \
	V(2, 100, -7, 2) \
	V(3, 0xffffffffffffff9c, -7, 0xfffffffffffffffe) \
	V(4, 0x8000000000000000, 1, 0) \
	V(5, 0x8000000000000000, -1, 0) /* the quotient does not fit */ \
	V(6, 0x7fffffffffffffff, -1, 0) \
	V(7, 1, -1, 0) \
	V(8, 0xffffffffffffffff, 2, 0xffffffffffffffff) \
	V(9, 0x8000000000000000, -0x80000000, 0) \
	V(10, 0x7fffffffffffffff, 0x7fffffff, 1) \
	V(11, 0xfffffffffffffffb, 4096, 0xfffffffffffffffb)

/* What no immediate can hold. */
#define SMOD64_WIDE(V) \
	V(12, 5, 0, 5) /* by zero */ \
	V(13, 0x8000000000000000, 0, 0x8000000000000000) \
	V(14, 0, 0, 0) \
	V(15, 0x8000000000000000, 0x8000000000000000, 0) \
	V(16, 0x7fffffffffffffff, 0x8000000000000000, 0x7fffffffffffffff) \
	V(17, 0x8000000000000000, 0x7fffffffffffffff, 0xffffffffffffffff) \
	V(18, 0xfedcba9876543210, 0x123456789abcd, 0xffffffffffffff10)

#define SMOD32(V) \
	V(0, 100, 7, 2) \
	V(1, 0xffffffffffffff9c, 7, 0xfffffffe) /* the sign of the left operand */ \
	V(2, 100, -7, 2) \
	V(3, 0xffffffffffffff9c, -7, 0xfffffffe) \
	V(4, 0x80000000, 1, 0) \
	V(5, 0x80000000, -1, 0) /* the quotient does not fit */ \
	V(6, 0x7fffffff, -1, 0) \
	V(7, 1, -1, 0) \
	V(8, 0xffffffff, 2, 0xffffffff) \
	V(9, 0x80000000, -0x80000000, 0) \
	V(10, 0xdeadbeef7fffffff, 0x7fffffff, 0) \
	V(11, 0xdeadbeef00000009, 4, 1) /* the upper half does not matter */

/* The upper halves of the operands do not matter. */
#define SMOD32_WIDE(V) \
	V(12, 5, 0, 5) /* by zero */ \
	V(13, 0xffffffffffffffff, 0, 0xffffffff) /* by zero: the upper half becomes zero */ \
	V(14, 0xffffffff00000007, 0x100000000, 7) /* the lower half is zero */ \
	V(15, 0x7fffffff, 0x80000000, 0x7fffffff) \
	V(16, 0xffffffff80000001, 0x1ffffffff, 0) \
	V(17, 0x100000009, 0xfffffffefffffffc, 1)

SEC("socket")
__success __retval(0) __needs("sdiv")
SMOD64(ROW) SMOD64_WIDE(ROW)
int smod64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 s%%= r2");
	return 0;
}

#define SMOD64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 s%%= " #right)

SEC("socket")
__success __retval(0) __needs("sdiv")
SMOD64(ROW)
int smod64_immediate(void *ctx)
{
	SMOD64(SMOD64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0) __needs("sdiv")
SMOD32(ROW) SMOD32_WIDE(ROW)
int smod32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 s%%= w2");
	return 0;
}

#define SMOD32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 s%%= " #right)

SEC("socket")
__success __retval(0) __needs("sdiv")
SMOD32(ROW)
int smod32_immediate(void *ctx)
{
	SMOD32(SMOD32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// SDIV rounds to zero; by zero it gives zero, and INT_MIN / -1 is INT_MIN, not a fault (RFC 9669,
// section 4.1). do_misc_fixups() in kernel/bpf/verifier.c guards both before the machine divides.
#include "vector.h"

#define SDIV64(V) \
	V(0, 100, 7, 14) \
	V(1, 0xffffffffffffff9c, 7, 0xfffffffffffffff2) /* rounds to zero */ \
	V(2, 100, -7, 0xfffffffffffffff2) \
	V(3, 0xffffffffffffff9c, -7, 14) \
	V(4, 0x8000000000000000, 1, 0x8000000000000000) \
	V(5, 0x8000000000000000, -1, 0x8000000000000000) /* does not fit */ \
	V(6, 0x7fffffffffffffff, -1, 0x8000000000000001) \
	V(7, 1, -1, 0xffffffffffffffff) \
	V(8, 0xffffffffffffffff, 2, 0) /* -1 / 2 */ \
	V(9, 0x8000000000000000, -0x80000000, 0x100000000) \
	V(10, 0x7fffffffffffffff, 0x7fffffff, 0x100000002) \
	V(11, 0xfffffffffffffffb, 4096, 0)

/* What no immediate can hold. */
#define SDIV64_WIDE(V) \
	V(12, 5, 0, 0) /* by zero */ \
	V(13, 0x8000000000000000, 0, 0) \
	V(14, 0, 0, 0) \
	V(15, 0x8000000000000000, 0x8000000000000000, 1) \
	V(16, 0x7fffffffffffffff, 0x8000000000000000, 0) \
	V(17, 0x8000000000000000, 0x7fffffffffffffff, 0xffffffffffffffff) \
	V(18, 0xfedcba9876543210, 0x123456789abcd, 0xffffffffffffff00)

#define SDIV32(V) \
	V(0, 100, 7, 14) \
	V(1, 0xffffffffffffff9c, 7, 0xfffffff2) /* rounds to zero */ \
	V(2, 100, -7, 0xfffffff2) \
	V(3, 0xffffffffffffff9c, -7, 14) \
	V(4, 0x80000000, 1, 0x80000000) \
	V(5, 0x80000000, -1, 0x80000000) /* does not fit */ \
	V(6, 0x7fffffff, -1, 0x80000001) \
	V(7, 1, -1, 0xffffffff) \
	V(8, 0xffffffff, 2, 0) /* -1 / 2 */ \
	V(9, 0x80000000, -0x80000000, 1) \
	V(10, 0xdeadbeef7fffffff, 0x7fffffff, 1) \
	V(11, 0xdeadbeef00000009, 4, 2) /* the upper half does not matter */

/* The upper halves of the operands do not matter. */
#define SDIV32_WIDE(V) \
	V(12, 5, 0, 0) /* by zero */ \
	V(13, 0xffffffffffffffff, 0, 0) \
	V(14, 7, 0x100000000, 0) /* the lower half is zero */ \
	V(15, 0x7fffffff, 0x80000000, 0) \
	V(16, 0xffffffff80000000, 0x1ffffffff, 0x80000000) \
	V(17, 0x100000009, 0xfffffffefffffffd, 0xfffffffd)

SEC("socket")
__success __retval(0) __needs("sdiv")
SDIV64(ROW) SDIV64_WIDE(ROW)
int sdiv64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 s/= r2");
	return 0;
}

#define SDIV64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 s/= " #right)

SEC("socket")
__success __retval(0) __needs("sdiv")
SDIV64(ROW)
int sdiv64_immediate(void *ctx)
{
	SDIV64(SDIV64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0) __needs("sdiv")
SDIV32(ROW) SDIV32_WIDE(ROW)
int sdiv32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 s/= w2");
	return 0;
}

#define SDIV32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 s/= " #right)

SEC("socket")
__success __retval(0) __needs("sdiv")
SDIV32(ROW)
int sdiv32_immediate(void *ctx)
{
	SDIV32(SDIV32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// MOD is unsigned, and modulo zero leaves the left operand, of which the 32-bit form still clears
// the upper half (RFC 9669, section 4.1): do_misc_fixups() in kernel/bpf/verifier.c.
#include "vector.h"

#define MOD64(V) \
	V(0, 100, 7, 2) \
	V(1, 7, 100, 7) \
	V(2, 0xffffffffffffffff, 1, 0) \
	V(3, 0xffffffffffffffff, -1, 0) \
	V(4, 0xfffffffffffffffe, -1, 0xfffffffffffffffe) /* -1 is sign-extended, then unsigned */ \
	V(5, 0xffffffffffffffff, 10, 5) /* not -1 % 10 */ \
	V(6, 0x8000000000000000, -1, 0x8000000000000000) \
	V(7, 0xffffffffffffffff, 0x7fffffff, 3) \
	V(8, 0xffffffffffffffff, -0x80000000, 0x7fffffff) \
	V(9, 0x100000000, 3, 1) /* the upper half counts */ \
	V(10, 0x123456789abcdef0, 127, 18) \
	V(11, 0x123456789abcdef0, 4096, 3824)

/* What no immediate can hold. */
#define MOD64_WIDE(V) \
	V(12, 5, 0, 5) /* by zero */ \
	V(13, 0xffffffffffffffff, 0, 0xffffffffffffffff) \
	V(14, 0, 0, 0) \
	V(15, 0xffffffffffffffff, 0x100000000, 0xffffffff) \
	V(16, 0xffffffffffffffff, 0x8000000000000000, 0x7fffffffffffffff) \
	V(17, 0x7fffffffffffffff, 0x8000000000000000, 0x7fffffffffffffff) \
	V(18, 0xfedcba9876543210, 0x123456789abcdef, 240)

#define MOD32(V) \
	V(0, 100, 7, 2) \
	V(1, 0xdeadbeef00000064, 7, 2) /* the upper half does not matter */ \
	V(2, 0xffffffff, 1, 0) \
	V(3, 0xffffffffffffffff, -1, 0) \
	V(4, 0xfffffffe, -1, 0xfffffffe) \
	V(5, 0xffffffff, 10, 5) \
	V(6, 0x80000000, -1, 0x80000000) \
	V(7, 0xffffffff, 0x7fffffff, 1) \
	V(8, 0xffffffff, -0x80000000, 0x7fffffff) \
	V(9, 0x12345678, 127, 9) \
	V(10, 0x12345678, 4096, 1656)

/* The upper halves of the operands do not matter. */
#define MOD32_WIDE(V) \
	V(11, 5, 0, 5) /* by zero */ \
	V(12, 0xffffffffffffffff, 0, 0xffffffff) /* by zero: the upper half becomes zero */ \
	V(13, 0xffffffff00000007, 0x100000000, 7) /* the lower half is zero */ \
	V(14, 0xdeadbeef00000000, 0, 0) \
	V(15, 0xffffffff00000009, 0xffffffff00000004, 1) \
	V(16, 0x1ffffffff, 0x180000000, 0x7fffffff)

SEC("socket")
__success __retval(0) __needs("div64")
MOD64(ROW) MOD64_WIDE(ROW)
int mod64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 %%= r2");
	return 0;
}

#define MOD64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 %%= " #right)

SEC("socket")
__success __retval(0) __needs("div64")
MOD64(ROW)
int mod64_immediate(void *ctx)
{
	MOD64(MOD64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
MOD32(ROW) MOD32_WIDE(ROW)
int mod32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 %%= w2");
	return 0;
}

#define MOD32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 %%= " #right)

SEC("socket")
__success __retval(0)
MOD32(ROW)
int mod32_immediate(void *ctx)
{
	MOD32(MOD32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

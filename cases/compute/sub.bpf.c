// SPDX-License-Identifier: GPL-2.0-only
// SUB wraps around (RFC 9669, section 4.1): ALU64_SUB_* and ALU_SUB_* of ___bpf_prog_run() in
// kernel/bpf/core.c. JITs may turn it into an addition of the negated immediate: INT_MIN has none.
#include "vector.h"

#define SUB64(V) \
	V(0, 1, 0, 1) \
	V(1, 0, 1, 0xffffffffffffffff) /* wraps below zero */ \
	V(2, 0x8000000000000000, 1, 0x7fffffffffffffff) /* signed overflow */ \
	V(3, 0x7fffffffffffffff, -1, 0x8000000000000000) \
	V(4, 0x100000000, 1, 0xffffffff) /* borrows from the upper half */ \
	V(5, 0, -1, 1) /* an immediate is sign-extended */ \
	V(6, 0, 0x7fffffff, 0xffffffff80000001) \
	V(7, 0, -0x80000000, 0x80000000) /* -INT_MIN is no 32-bit number */ \
	V(8, 1000, 127, 873) \
	V(9, 1000, 128, 872) /* x86: the first that needs 32 bits */ \
	V(10, 1000, -128, 1128) \
	V(11, 1000, -129, 1129) \
	V(12, 5, 4095, 0xfffffffffffff006) \
	V(13, 5, 4096, 0xfffffffffffff005) /* arm64: the first that takes a shift */

/* What no immediate can hold. */
#define SUB64_WIDE(V) \
	V(14, 0, 0x8000000000000000, 0x8000000000000000) \
	V(15, 0, 0xffffffffffffffff, 1) \
	V(16, 0xffffffff00000000, 0x100000000, 0xfffffffe00000000) \
	V(17, 0x123456789abcdef, 0xfedcba9876543210, 0x2468acf13579bdf) \
	V(18, 7, 0x100000007, 0xffffffff00000000)

#define SUB32(V) \
	V(0, 0xdeadbeef00000001, 0, 1) /* the upper half becomes zero */ \
	V(1, 0, 1, 0xffffffff) /* no borrow */ \
	V(2, 0xdeadbeef80000000, 1, 0x7fffffff) \
	V(3, 0x7fffffff, -1, 0x80000000) \
	V(4, 0xdeadbeef00000000, -1, 1) \
	V(5, 0, 0x7fffffff, 0x80000001) \
	V(6, 0, -0x80000000, 0x80000000) \
	V(7, 1000, 127, 873) \
	V(8, 1000, 128, 872) /* x86: the first that needs 32 bits */ \
	V(9, 1000, -128, 1128) \
	V(10, 1000, -129, 1129) \
	V(11, 5, 4095, 0xfffff006) \
	V(12, 5, 4096, 0xfffff005) /* arm64: the first that takes a shift */

/* The upper halves of the operands do not matter. */
#define SUB32_WIDE(V) \
	V(13, 0, 0x80000000, 0x80000000) \
	V(14, 0x100000000, 0xffffffff, 1) \
	V(15, 0x1ffffffff, 0x200000001, 0xfffffffe) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0x13579bdf)

SEC("socket")
__success __retval(0)
SUB64(ROW) SUB64_WIDE(ROW)
int sub64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 -= r2");
	return 0;
}

#define SUB64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 -= " #right)

SEC("socket")
__success __retval(0)
SUB64(ROW)
int sub64_immediate(void *ctx)
{
	SUB64(SUB64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
SUB32(ROW) SUB32_WIDE(ROW)
int sub32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 -= w2");
	return 0;
}

#define SUB32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 -= " #right)

SEC("socket")
__success __retval(0)
SUB32(ROW)
int sub32_immediate(void *ctx)
{
	SUB32(SUB32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

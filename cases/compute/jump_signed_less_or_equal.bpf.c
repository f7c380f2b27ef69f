// SPDX-License-Identifier: GPL-2.0-only
// JSLE is signed, with the sign in bit 63 or bit 31 (RFC 9669, section 4.3):
// COND_JMP() of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define JSLE64(V) \
	V(0, 0, 0, 1) \
	V(1, 0, 1, 1) \
	V(2, 1, 0, 0) \
	V(3, 0xffffffffffffffff, -1, 1) /* an immediate is sign-extended */ \
	V(4, 0xffffffffffffffff, 0, 1) \
	V(5, 0, -1, 0) \
	V(6, 0x8000000000000000, 0, 1) \
	V(7, 0x7fffffffffffffff, -1, 0) \
	V(8, 0xffffffff, -1, 0) \
	V(9, 0x80000000, -0x80000000, 0) \
	V(10, 0xffffffff80000000, -0x80000000, 1) \
	V(11, 0x100000000, 0, 0) /* the upper half counts */ \
	V(12, 0x7fffffff, 0x7fffffff, 1) \
	V(13, 200, 127, 0) \
	V(14, 200, 128, 0)

/* What no immediate can hold. */
#define JSLE64_WIDE(V) \
	V(15, 0x8000000000000000, 0x7fffffffffffffff, 1) \
	V(16, 0x7fffffffffffffff, 0x8000000000000000, 0) \
	V(17, 0x8000000000000000, 0x8000000000000000, 1) \
	V(18, 0x1ffffffff, 0xffffffff, 0) \
	V(19, 0x100000001, 0x200000001, 1)

#define JSLE32(V) \
	V(0, 0, 0, 1) \
	V(1, 0, 1, 1) \
	V(2, 1, 0, 0) \
	V(3, 0xffffffff, -1, 1) \
	V(4, 0xffffffff, 0, 1) \
	V(5, 0, -1, 0) \
	V(6, 0x80000000, 0, 1) \
	V(7, 0x80000000, 0x7fffffff, 1) \
	V(8, 0x7fffffff, -0x80000000, 0) \
	V(9, 0x80000000, -0x80000000, 1) \
	V(10, 0xdeadbeef00000000, 0, 1) /* the upper half does not matter */ \
	V(11, 0xdeadbeef00000005, 6, 1) \
	V(12, 0x7fffffff, 0x7fffffff, 1) \
	V(13, 200, 127, 0) \
	V(14, 200, 128, 0)

/* The upper halves of the operands do not matter. */
#define JSLE32_WIDE(V) \
	V(15, 0x100000005, 0xffffffff00000005, 1) \
	V(16, 0x100000005, 0x80000004, 0) \
	V(17, 0x100000005, 6, 1) \
	V(18, 0xffffffff7fffffff, 0x80000000, 0) \
	V(19, 0x80000000, 0xffffffff, 1)

SEC("socket")
__success __retval(0)
JSLE64(ROW) JSLE64_WIDE(ROW)
int jsle64_register(void *ctx)
{
	EACH_ROW(EXECUTE_JUMP, "if r1 s<= r2");
	return 0;
}

#define JSLE64_IMM(slot, left, right, result) \
	ONE_ROW(EXECUTE_JUMP, slot, "if r1 s<= " #right)

SEC("socket")
__success __retval(0)
JSLE64(ROW)
int jsle64_immediate(void *ctx)
{
	JSLE64(JSLE64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
JSLE32(ROW) JSLE32_WIDE(ROW)
int jsle32_register(void *ctx)
{
	EACH_ROW(EXECUTE_JUMP, "if w1 s<= w2");
	return 0;
}

#define JSLE32_IMM(slot, left, right, result) \
	ONE_ROW(EXECUTE_JUMP, slot, "if w1 s<= " #right)

SEC("socket")
__success __retval(0)
JSLE32(ROW)
int jsle32_immediate(void *ctx)
{
	JSLE32(JSLE32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

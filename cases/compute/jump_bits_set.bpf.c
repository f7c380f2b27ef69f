// SPDX-License-Identifier: GPL-2.0-only
// JSET jumps if the operands have a bit in common (RFC 9669, section 4.3):
// ___bpf_prog_run() in kernel/bpf/core.c; the JITs have no such jump and test first.
#include "vector.h"

#define JSET64(V) \
	V(0, 0, 0, 0) \
	V(1, 0, -1, 0) \
	V(2, 1, 1, 1) \
	V(3, 2, 1, 0) \
	V(4, 0xffffffffffffffff, 0, 0) \
	V(5, 0x8000000000000000, -1, 1) /* an immediate is sign-extended */ \
	V(6, 0x8000000000000000, -0x80000000, 1) \
	V(7, 0x8000000000000000, 0x7fffffff, 0) \
	V(8, 0x80000000, -0x80000000, 1) \
	V(9, 0x7fffffff, -0x80000000, 0) \
	V(10, 0x100000000, 0x7fffffff, 0) \
	V(11, 0x100000000, -1, 1) \
	V(12, 255, 128, 1) \
	V(13, 127, 128, 0) \
	V(14, 0xffffffffffffff00, 127, 0)

/* What no immediate can hold. */
#define JSET64_WIDE(V) \
	V(15, 0x8000000000000000, 0x8000000000000000, 1) \
	V(16, 0x8000000000000000, 0x7fffffffffffffff, 0) \
	V(17, 0x100000000, 0x100000000, 1) \
	V(18, 0x100000001, 0x200000002, 0) \
	V(19, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0)

#define JSET32(V) \
	V(0, 0, 0, 0) \
	V(1, 0, -1, 0) \
	V(2, 1, 1, 1) \
	V(3, 2, 1, 0) \
	V(4, 0xffffffffffffffff, 0, 0) \
	V(5, 0x80000000, -1, 1) \
	V(6, 0x80000000, -0x80000000, 1) \
	V(7, 0x7fffffff, -0x80000000, 0) \
	V(8, 0x80000000, 0x7fffffff, 0) \
	V(9, 0xdeadbeef00000000, -1, 0) /* the upper half does not matter */ \
	V(10, 0xdeadbeef00000001, -2, 0) \
	V(11, 255, 128, 1) \
	V(12, 127, 128, 0) \
	V(13, 0xffffff00, 127, 0)

/* The upper halves of the operands do not matter. */
#define JSET32_WIDE(V) \
	V(14, 0xffffffffffffffff, 0xffffffff00000000, 0) \
	V(15, 0xffffffff00000000, 0xffffffffffffffff, 0) \
	V(16, 0x100000001, 0x100000002, 0) \
	V(17, 0x155555555, 0x1aaaaaaaa, 0) \
	V(18, 0x80000000, 0xffffffff80000000, 1)

SEC("socket")
__success __retval(0)
JSET64(ROW) JSET64_WIDE(ROW)
int jset64_register(void *ctx)
{
	EACH_ROW(EXECUTE_JUMP, "if r1 & r2");
	return 0;
}

#define JSET64_IMM(slot, left, right, result) \
	ONE_ROW(EXECUTE_JUMP, slot, "if r1 & " #right)

SEC("socket")
__success __retval(0)
JSET64(ROW)
int jset64_immediate(void *ctx)
{
	JSET64(JSET64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
JSET32(ROW) JSET32_WIDE(ROW)
int jset32_register(void *ctx)
{
	EACH_ROW(EXECUTE_JUMP, "if w1 & w2");
	return 0;
}

#define JSET32_IMM(slot, left, right, result) \
	ONE_ROW(EXECUTE_JUMP, slot, "if w1 & " #right)

SEC("socket")
__success __retval(0)
JSET32(ROW)
int jset32_immediate(void *ctx)
{
	JSET32(JSET32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

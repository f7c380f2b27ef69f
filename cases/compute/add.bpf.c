// SPDX-License-Identifier: GPL-2.0-only
// ADD wraps around (RFC 9669, section 4.1): ALU64_ADD_* and ALU_ADD_* of ___bpf_prog_run() in
// kernel/bpf/core.c, and the JITs' own.
#include "vector.h"

#define ADD64(V) \
	V(0, 1, 0, 1) \
	V(1, 0xffffffffffffffff, 1, 0) /* wraps to zero */ \
	V(2, 0x7fffffffffffffff, 1, 0x8000000000000000) /* signed overflow */ \
	V(3, 0x8000000000000000, -1, 0x7fffffffffffffff) \
	V(4, 0xffffffff, 1, 0x100000000) /* carries into the upper half */ \
	V(5, 0, -1, 0xffffffffffffffff) /* an immediate is sign-extended */ \
	V(6, 0, 0x7fffffff, 0x7fffffff) \
	V(7, 0, -0x80000000, 0xffffffff80000000) \
	V(8, 1000, 127, 1127) \
	V(9, 1000, 128, 1128) /* x86: the first that needs 32 bits */ \
	V(10, 1000, -128, 872) \
	V(11, 1000, -129, 871) \
	V(12, 5, 4095, 4100) \
	V(13, 5, 4096, 4101) /* arm64: the first that takes a shift */

/* What no immediate can hold. */
#define ADD64_WIDE(V) \
	V(14, 0x8000000000000000, 0x8000000000000000, 0) \
	V(15, 0xffffffffffffffff, 0xffffffffffffffff, 0xfffffffffffffffe) \
	V(16, 0xffffffff00000000, 0x100000000, 0) \
	V(17, 0x123456789abcdef, 0xfedcba9876543210, 0xffffffffffffffff)

#define ADD32(V) \
	V(0, 0xdeadbeef00000001, 0, 1) /* the upper half becomes zero */ \
	V(1, 0xffffffff, 1, 0) /* no carry */ \
	V(2, 0x7fffffff, 1, 0x80000000) \
	V(3, 0x80000000, -1, 0x7fffffff) \
	V(4, 0xdeadbeef00000000, -1, 0xffffffff) \
	V(5, 0, 0x7fffffff, 0x7fffffff) \
	V(6, 0, -0x80000000, 0x80000000) \
	V(7, 1000, 127, 1127) \
	V(8, 1000, 128, 1128) /* x86: the first that needs 32 bits */ \
	V(9, 1000, -128, 872) \
	V(10, 1000, -129, 871) \
	V(11, 5, 4095, 4100) \
	V(12, 5, 4096, 4101) /* arm64: the first that takes a shift */

/* The upper halves of the operands do not matter. */
#define ADD32_WIDE(V) \
	V(13, 0x80000000, 0x80000000, 0) \
	V(14, 0xffffffffffffffff, 0xffffffffffffffff, 0xfffffffe) \
	V(15, 0x1ffffffff, 0x100000001, 0) \
	V(16, 0x123456789abcdef, 0xfedcba9876543210, 0xffffffff)

SEC("socket")
__success __retval(0)
ADD64(ROW) ADD64_WIDE(ROW)
int add64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 += r2");
	return 0;
}

#define ADD64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 += " #right)

SEC("socket")
__success __retval(0)
ADD64(ROW)
int add64_immediate(void *ctx)
{
	ADD64(ADD64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
ADD32(ROW) ADD32_WIDE(ROW)
int add32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 += w2");
	return 0;
}

#define ADD32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 += " #right)

SEC("socket")
__success __retval(0)
ADD32(ROW)
int add32_immediate(void *ctx)
{
	ADD32(ADD32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

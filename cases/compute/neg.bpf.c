// SPDX-License-Identifier: GPL-2.0-only
// NEG is zero minus the operand, so INT_MIN stays (RFC 9669, section 4.1): ALU64_NEG and ALU_NEG of
// ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define NEG64(V) \
	V(0, 0, 0, 0) \
	V(1, 1, 0, 0xffffffffffffffff) \
	V(2, 0xffffffffffffffff, 0, 1) \
	V(3, 0x8000000000000000, 0, 0x8000000000000000) /* does not fit */ \
	V(4, 0x7fffffffffffffff, 0, 0x8000000000000001) \
	V(5, 0xffffffff, 0, 0xffffffff00000001) /* not cut off at 32 bits */ \
	V(6, 0x100000000, 0, 0xffffffff00000000) \
	V(7, 0x123456789abcdef, 0, 0xfedcba9876543211)

#define NEG32(V) \
	V(0, 0, 0, 0) \
	V(1, 1, 0, 0xffffffff) /* the upper half stays zero */ \
	V(2, 0xffffffffffffffff, 0, 1) \
	V(3, 0x80000000, 0, 0x80000000) /* does not fit */ \
	V(4, 0x7fffffff, 0, 0x80000001) \
	V(5, 0xdeadbeef00000000, 0, 0) \
	V(6, 0xdeadbeef00000001, 0, 0xffffffff) \
	V(7, 0x123456789abcdef, 0, 0x76543211)

SEC("socket")
__success __retval(0)
NEG64(ROW)
int neg64(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = -r1");
	return 0;
}

SEC("socket")
__success __retval(0)
NEG32(ROW)
int neg32(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 = -w1");
	return 0;
}

char _license[] SEC("license") = "GPL";

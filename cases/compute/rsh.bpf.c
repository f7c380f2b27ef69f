// SPDX-License-Identifier: GPL-2.0-only
// RSH fills with zeros, also where the sign bit is set. A count in a register is
// taken modulo the width (RFC 9669, section 4.1): ___bpf_prog_run() in kernel/bpf/core.c masks it.
#include "vector.h"

#define RSH64(V) \
	V(0, 0x8123456789abcdef, 0, 0x8123456789abcdef) \
	V(1, 0x8123456789abcdef, 1, 0x4091a2b3c4d5e6f7) \
	V(2, 0x8123456789abcdef, 7, 0x102468acf13579b) \
	V(3, 0x8123456789abcdef, 31, 0x102468acf) \
	V(4, 0x8123456789abcdef, 32, 0x81234567) \
	V(5, 0x8123456789abcdef, 33, 0x4091a2b3) \
	V(6, 0x8123456789abcdef, 63, 1) \
	V(7, 1, 63, 0) \
	V(8, 0xffffffffffffffff, 31, 0x1ffffffff) \
	V(9, 0x8000000000000000, 63, 1) \
	V(10, 0x7fffffffffffffff, 62, 1)

/* What no immediate can hold. */
#define RSH64_WIDE(V) \
	V(11, 0x8123456789abcdef, 64, 0x8123456789abcdef) /* as 0 */ \
	V(12, 0x8123456789abcdef, 65, 0x4091a2b3c4d5e6f7) /* as 1 */ \
	V(13, 0x8123456789abcdef, 127, 1) /* as 63 */ \
	V(14, 0x8123456789abcdef, 0xffffffffffffffff, 1) /* as 63 */ \
	V(15, 0x8123456789abcdef, 0x100000004, 0x8123456789abcde) /* as 4 */ \
	V(16, 0x8123456789abcdef, 0x8000000000000000, 0x8123456789abcdef) /* as 0 */

#define RSH32(V) \
	V(0, 0xdeadbeef89abcdef, 0, 0x89abcdef) /* the upper half becomes zero */ \
	V(1, 0x123456789abcdef, 1, 0x44d5e6f7) \
	V(2, 0x123456789abcdef, 7, 0x113579b) \
	V(3, 0x123456789abcdef, 8, 0x89abcd) \
	V(4, 0x123456789abcdef, 16, 0x89ab) \
	V(5, 0x123456789abcdef, 31, 1) \
	V(6, 1, 31, 0) \
	V(7, 0x80000000, 31, 1) \
	V(8, 0x7fffffff, 30, 1) \
	V(9, 0xffffffffffffffff, 4, 0xfffffff)

/* The upper halves of the operands do not matter. */
#define RSH32_WIDE(V) \
	V(10, 0x123456789abcdef, 32, 0x89abcdef) /* as 0 */ \
	V(11, 0x123456789abcdef, 33, 0x44d5e6f7) /* as 1 */ \
	V(12, 0x123456789abcdef, 63, 1) /* as 31 */ \
	V(13, 0x123456789abcdef, 64, 0x89abcdef) /* as 0 */ \
	V(14, 0x123456789abcdef, 0xffffffffffffffff, 1) /* as 31 */ \
	V(15, 0x123456789abcdef, 0xf00000004, 0x89abcde) /* as 4 */ \
	V(16, 0x123456789abcdef, 0x80000000, 0x89abcdef) /* as 0 */

SEC("socket")
__success __retval(0)
RSH64(ROW)
int rsh64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 >>= r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts")
RSH64_WIDE(ROW)
int rsh64_register_masked(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 >>= r2");
	return 0;
}

#define RSH64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 >>= " #right)

SEC("socket")
__success __retval(0)
RSH64(ROW)
int rsh64_immediate(void *ctx)
{
	RSH64(RSH64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
RSH32(ROW)
int rsh32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 >>= w2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts32")
RSH32_WIDE(ROW)
int rsh32_register_masked(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 >>= w2");
	return 0;
}

#define RSH32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 >>= " #right)

SEC("socket")
__success __retval(0)
RSH32(ROW)
int rsh32_immediate(void *ctx)
{
	RSH32(RSH32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

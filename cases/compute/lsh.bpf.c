// SPDX-License-Identifier: GPL-2.0-only
// LSH fills with zeros. A count in a register is
// taken modulo the width (RFC 9669, section 4.1): ___bpf_prog_run() in kernel/bpf/core.c masks it.
#include "vector.h"

#define LSH64(V) \
	V(0, 0x8123456789abcdef, 0, 0x8123456789abcdef) \
	V(1, 0x8123456789abcdef, 1, 0x2468acf13579bde) \
	V(2, 0x8123456789abcdef, 7, 0x91a2b3c4d5e6f780) \
	V(3, 0x8123456789abcdef, 31, 0xc4d5e6f780000000) \
	V(4, 0x8123456789abcdef, 32, 0x89abcdef00000000) \
	V(5, 0x8123456789abcdef, 33, 0x13579bde00000000) \
	V(6, 0x8123456789abcdef, 63, 0x8000000000000000) \
	V(7, 1, 63, 0x8000000000000000) \
	V(8, 0xffffffffffffffff, 31, 0xffffffff80000000) \
	V(9, 0x8000000000000000, 63, 0) \
	V(10, 0x7fffffffffffffff, 62, 0xc000000000000000)

/* What no immediate can hold. */
#define LSH64_WIDE(V) \
	V(11, 0x8123456789abcdef, 64, 0x8123456789abcdef) /* as 0 */ \
	V(12, 0x8123456789abcdef, 65, 0x2468acf13579bde) /* as 1 */ \
	V(13, 0x8123456789abcdef, 127, 0x8000000000000000) /* as 63 */ \
	V(14, 0x8123456789abcdef, 0xffffffffffffffff, 0x8000000000000000) /* as 63 */ \
	V(15, 0x8123456789abcdef, 0x100000004, 0x123456789abcdef0) /* as 4 */ \
	V(16, 0x8123456789abcdef, 0x8000000000000000, 0x8123456789abcdef) /* as 0 */

#define LSH32(V) \
	V(0, 0xdeadbeef89abcdef, 0, 0x89abcdef) /* the upper half becomes zero */ \
	V(1, 0x123456789abcdef, 1, 0x13579bde) \
	V(2, 0x123456789abcdef, 7, 0xd5e6f780) \
	V(3, 0x123456789abcdef, 8, 0xabcdef00) \
	V(4, 0x123456789abcdef, 16, 0xcdef0000) \
	V(5, 0x123456789abcdef, 31, 0x80000000) \
	V(6, 1, 31, 0x80000000) \
	V(7, 0x80000000, 31, 0) \
	V(8, 0x7fffffff, 30, 0xc0000000) \
	V(9, 0xffffffffffffffff, 4, 0xfffffff0)

/* The upper halves of the operands do not matter. */
#define LSH32_WIDE(V) \
	V(10, 0x123456789abcdef, 32, 0x89abcdef) /* as 0 */ \
	V(11, 0x123456789abcdef, 33, 0x13579bde) /* as 1 */ \
	V(12, 0x123456789abcdef, 63, 0x80000000) /* as 31 */ \
	V(13, 0x123456789abcdef, 64, 0x89abcdef) /* as 0 */ \
	V(14, 0x123456789abcdef, 0xffffffffffffffff, 0x80000000) /* as 31 */ \
	V(15, 0x123456789abcdef, 0xf00000004, 0x9abcdef0) /* as 4 */ \
	V(16, 0x123456789abcdef, 0x80000000, 0x89abcdef) /* as 0 */

SEC("socket")
__success __retval(0)
LSH64(ROW)
int lsh64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 <<= r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts")
LSH64_WIDE(ROW)
int lsh64_register_masked(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 <<= r2");
	return 0;
}

#define LSH64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 <<= " #right)

SEC("socket")
__success __retval(0)
LSH64(ROW)
int lsh64_immediate(void *ctx)
{
	LSH64(LSH64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
LSH32(ROW)
int lsh32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 <<= w2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts32")
LSH32_WIDE(ROW)
int lsh32_register_masked(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 <<= w2");
	return 0;
}

#define LSH32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 <<= " #right)

SEC("socket")
__success __retval(0)
LSH32(ROW)
int lsh32_immediate(void *ctx)
{
	LSH32(LSH32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

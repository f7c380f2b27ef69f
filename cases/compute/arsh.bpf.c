// SPDX-License-Identifier: GPL-2.0-only
// ARSH fills with the sign bit, bit 63 or bit 31. A count in a register is
// taken modulo the width (RFC 9669, section 4.1): ___bpf_prog_run() in kernel/bpf/core.c masks it.
#include "vector.h"

#define ARSH64(V) \
	V(0, 0x8123456789abcdef, 0, 0x8123456789abcdef) \
	V(1, 0x8123456789abcdef, 1, 0xc091a2b3c4d5e6f7) \
	V(2, 0x8123456789abcdef, 7, 0xff02468acf13579b) \
	V(3, 0x8123456789abcdef, 31, 0xffffffff02468acf) \
	V(4, 0x8123456789abcdef, 32, 0xffffffff81234567) \
	V(5, 0x8123456789abcdef, 33, 0xffffffffc091a2b3) \
	V(6, 0x8123456789abcdef, 63, 0xffffffffffffffff) \
	V(7, 1, 63, 0) \
	V(8, 0xffffffffffffffff, 31, 0xffffffffffffffff) \
	V(9, 0x8000000000000000, 63, 0xffffffffffffffff) \
	V(10, 0x7fffffffffffffff, 62, 1)

/* What no immediate can hold. */
#define ARSH64_WIDE(V) \
	V(11, 0x8123456789abcdef, 64, 0x8123456789abcdef) /* as 0 */ \
	V(12, 0x8123456789abcdef, 65, 0xc091a2b3c4d5e6f7) /* as 1 */ \
	V(13, 0x8123456789abcdef, 127, 0xffffffffffffffff) /* as 63 */ \
	V(14, 0x8123456789abcdef, 0xffffffffffffffff, 0xffffffffffffffff) /* as 63 */ \
	V(15, 0x8123456789abcdef, 0x100000004, 0xf8123456789abcde) /* as 4 */ \
	V(16, 0x8123456789abcdef, 0x8000000000000000, 0x8123456789abcdef) /* as 0 */

#define ARSH32(V) \
	V(0, 0xdeadbeef89abcdef, 0, 0x89abcdef) /* the upper half becomes zero */ \
	V(1, 0x123456789abcdef, 1, 0xc4d5e6f7) \
	V(2, 0x123456789abcdef, 7, 0xff13579b) \
	V(3, 0x123456789abcdef, 8, 0xff89abcd) \
	V(4, 0x123456789abcdef, 16, 0xffff89ab) \
	V(5, 0x123456789abcdef, 31, 0xffffffff) \
	V(6, 1, 31, 0) \
	V(7, 0x80000000, 31, 0xffffffff) \
	V(8, 0x7fffffff, 30, 1) \
	V(9, 0xffffffffffffffff, 4, 0xffffffff)

/* The upper halves of the operands do not matter. */
#define ARSH32_WIDE(V) \
	V(10, 0x123456789abcdef, 32, 0x89abcdef) /* as 0 */ \
	V(11, 0x123456789abcdef, 33, 0xc4d5e6f7) /* as 1 */ \
	V(12, 0x123456789abcdef, 63, 0xffffffff) /* as 31 */ \
	V(13, 0x123456789abcdef, 64, 0x89abcdef) /* as 0 */ \
	V(14, 0x123456789abcdef, 0xffffffffffffffff, 0xffffffff) /* as 31 */ \
	V(15, 0x123456789abcdef, 0xf00000004, 0xf89abcde) /* as 4 */ \
	V(16, 0x123456789abcdef, 0x80000000, 0x89abcdef) /* as 0 */

SEC("socket")
__success __retval(0)
ARSH64(ROW)
int arsh64_register(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 s>>= r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts")
ARSH64_WIDE(ROW)
int arsh64_register_masked(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 s>>= r2");
	return 0;
}

#define ARSH64_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 s>>= " #right)

SEC("socket")
__success __retval(0)
ARSH64(ROW)
int arsh64_immediate(void *ctx)
{
	ARSH64(ARSH64_IMM);
	return 0;
}

SEC("socket")
__success __retval(0)
ARSH32(ROW)
int arsh32_register(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 s>>= w2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts32")
ARSH32_WIDE(ROW)
int arsh32_register_masked(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 s>>= w2");
	return 0;
}

#define ARSH32_IMM(slot, left, right, result) ONE_ROW(EXECUTE, slot, "w1 s>>= " #right)

SEC("socket")
__success __retval(0)
ARSH32(ROW)
int arsh32_immediate(void *ctx)
{
	ARSH32(ARSH32_IMM);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Both operands in one register: code that moves them to fixed registers first, as do_jit() in
// arch/x86/net/bpf_jit_comp.c does for shifts and divisions, must not lose one. The results of all
// opcodes go into one sum: r1 = r1 * 31 + result.
#include "vector.h"

/* r2 is the operand, r1 is the sum and begins at zero. */
#define ADD_RESULT_OF(insn) "r3 = r2\n\t" insn "\n\tr1 *= 31\n\tr1 += r3\n\t"

#define FOLD64 \
	ADD_RESULT_OF("r3 += r3") \
	ADD_RESULT_OF("r3 -= r3") \
	ADD_RESULT_OF("r3 *= r3") \
	ADD_RESULT_OF("r3 /= r3") \
	ADD_RESULT_OF("r3 %%= r3") \
	ADD_RESULT_OF("r3 |= r3") \
	ADD_RESULT_OF("r3 &= r3") \
	ADD_RESULT_OF("r3 ^= r3") \
	ADD_RESULT_OF("r3 <<= r3") \
	ADD_RESULT_OF("r3 >>= r3") \
	ADD_RESULT_OF("r3 s>>= r3")

#define SUMS64(V) \
	V(0, 0, 0, 0) \
	V(1, 0, 1, 0x5d3b227b1f904) \
	V(2, 0, 2, 0xba8eb100bb22f) \
	V(3, 0, 7, 0x28ea4cf9dde6fe) \
	V(5, 0, 0x8000000000000000, 0x8000000667e12cdf) \
	V(7, 0, 0x80000000, 0xd5c62cc7e7e12cdf) \
	V(8, 0, 0x100000000, 0x2b8c598967e12cdf) \
	V(10, 0, 0xdeadbeef00000000, 0xe9fdcb5367e12cdf)

/* Shifts by more than the width, which is masked. */
#define SUMS64_MASKED(V) \
	V(4, 0, 0xffffffffffffffff, 0x7ffa2de7d099465c) \
	V(6, 0, 0x7fffffffffffffff, 0x7ffa2de7d099463e) \
	V(9, 0, 0x123456789abcdef, 0xcce24eeb0cfe15fe)

#define FOLD32 \
	ADD_RESULT_OF("w3 += w3") \
	ADD_RESULT_OF("w3 -= w3") \
	ADD_RESULT_OF("w3 *= w3") \
	ADD_RESULT_OF("w3 /= w3") \
	ADD_RESULT_OF("w3 %%= w3") \
	ADD_RESULT_OF("w3 |= w3") \
	ADD_RESULT_OF("w3 &= w3") \
	ADD_RESULT_OF("w3 ^= w3") \
	ADD_RESULT_OF("w3 <<= w3") \
	ADD_RESULT_OF("w3 >>= w3") \
	ADD_RESULT_OF("w3 s>>= w3")

#define SUMS32(V) \
	V(0, 0, 0, 0) \
	V(1, 0, 1, 0x5d3b227b1f904) \
	V(2, 0, 2, 0xba8eb100bb22f) \
	V(3, 0, 7, 0x28ea4cf9dde6fe) \
	V(5, 0, 0x8000000000000000, 0) \
	V(7, 0, 0x80000000, 0xe17a06e7e12cdf) \
	V(8, 0, 0x100000000, 0) \
	V(10, 0, 0xdeadbeef00000000, 0)

#define SUMS32_MASKED(V) \
	V(4, 0, 0xffffffffffffffff, 0x96a1d2aa5099465c) \
	V(6, 0, 0x7fffffffffffffff, 0x96a1d2aa5099465c) \
	V(9, 0, 0x123456789abcdef, 0xd6da7581435b81e)

SEC("socket")
__success __retval(0) __needs("div64")
SUMS64(ROW)
int same_register_64(void *ctx)
{
	EACH_ROW(EXECUTE, FOLD64);
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts div64")
SUMS64_MASKED(ROW)
int same_register_64_masked(void *ctx)
{
	EACH_ROW(EXECUTE, FOLD64);
	return 0;
}

SEC("socket")
__success __retval(0)
SUMS32(ROW)
int same_register_32(void *ctx)
{
	EACH_ROW(EXECUTE, FOLD32);
	return 0;
}

SEC("socket")
__success __retval(0) __needs("masked-shifts32")
SUMS32_MASKED(ROW)
int same_register_32_masked(void *ctx)
{
	EACH_ROW(EXECUTE, FOLD32);
	return 0;
}

char _license[] SEC("license") = "GPL";

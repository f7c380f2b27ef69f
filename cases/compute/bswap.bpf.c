// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// BSWAP always swaps, whatever the machine's byte order, and clears what is above 16 or 32 bits
// (RFC 9669, section 4.2): ALU64_END_TO_LE of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define SWAP16(V) \
	V(0, 0x0, 0, 0x0) \
	V(1, 0x1, 0, 0x100) \
	V(2, 0x80, 0, 0x8000) \
	V(3, 0x8000, 0, 0x80) \
	V(4, 0x80000000, 0, 0x0) \
	V(5, 0x8000000000000000, 0, 0x0) \
	V(6, 0xffffffffffffffff, 0, 0xffff) \
	V(7, 0x123456789abcdef, 0, 0xefcd) \
	V(8, 0xfedcba9876543210, 0, 0x1032) \
	V(9, 0xff00ff00ff00ff00, 0, 0xff)

#define SWAP32(V) \
	V(0, 0x0, 0, 0x0) \
	V(1, 0x1, 0, 0x1000000) \
	V(2, 0x80, 0, 0x80000000) \
	V(3, 0x8000, 0, 0x800000) \
	V(4, 0x80000000, 0, 0x80) \
	V(5, 0x8000000000000000, 0, 0x0) \
	V(6, 0xffffffffffffffff, 0, 0xffffffff) \
	V(7, 0x123456789abcdef, 0, 0xefcdab89) \
	V(8, 0xfedcba9876543210, 0, 0x10325476) \
	V(9, 0xff00ff00ff00ff00, 0, 0xff00ff)

#define SWAP64(V) \
	V(0, 0x0, 0, 0x0) \
	V(1, 0x1, 0, 0x100000000000000) \
	V(2, 0x80, 0, 0x8000000000000000) \
	V(3, 0x8000, 0, 0x80000000000000) \
	V(4, 0x80000000, 0, 0x8000000000) \
	V(5, 0x8000000000000000, 0, 0x80) \
	V(6, 0xffffffffffffffff, 0, 0xffffffffffffffff) \
	V(7, 0x123456789abcdef, 0, 0xefcdab8967452301) \
	V(8, 0xfedcba9876543210, 0, 0x1032547698badcfe) \
	V(9, 0xff00ff00ff00ff00, 0, 0xff00ff00ff00ff)

SEC("socket")
__success __retval(0) __needs("bswap")
SWAP16(ROW)
int bswap16(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = bswap16 r1");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("bswap")
SWAP32(ROW)
int bswap32(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = bswap32 r1");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("bswap")
SWAP64(ROW)
int bswap64(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = bswap64 r1");
	return 0;
}

char _license[] SEC("license") = "GPL";

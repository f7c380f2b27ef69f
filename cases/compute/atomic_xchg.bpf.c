// SPDX-License-Identifier: GPL-2.0-only
// XCHG swaps a register and the memory; 32 bits come back with zeros above (RFC 9669, section 5.3):
// STX_ATOMIC_* of ___bpf_prog_run() in kernel/bpf/core.c.
#include "atomic.h"

#define XCHG64(V) \
	V(0, 0, 0, 0, 0) \
	V(1, 1, 0xffffffffffffffff, 0xffffffffffffffff, 1) \
	V(2, 0xffffffffffffffff, 1, 1, 0xffffffffffffffff) \
	V(3, 0x8000000000000000, 0x8000000000000000, 0x8000000000000000, 0x8000000000000000) \
	V(4, 0x7fffffffffffffff, 1, 1, 0x7fffffffffffffff) \
	V(5, 0xffffffff, 1, 1, 0xffffffff) \
	V(6, 0x123456789abcdef, 0xfedcba9876543210, 0xfedcba9876543210, 0x123456789abcdef) \
	V(7, 0x5555555555555555, 0xff00ff00ff00ff, 0xff00ff00ff00ff, 0x5555555555555555)

#define XCHG32(V) \
	V(0, 0, 0, 0, 0) \
	V(1, 1, 0xffffffffffffffff, 0xffffffff, 1) \
	V(2, 0xffffffff, 1, 1, 0xffffffff) \
	V(3, 0x80000000, 0x80000000, 0x80000000, 0x80000000) \
	V(4, 0x7fffffff, 1, 1, 0x7fffffff) \
	V(5, 0x89abcdef, 0xfedcba9876543210, 0x76543210, 0x89abcdef) \
	V(6, 0x55555555, 0xffffffff00ff00ff, 0xff00ff, 0x55555555) \
	V(7, 1, 0x100000000, 0, 1)

SEC("socket")
__success __retval(0) __needs("atomics")
XCHG64(CELL64)
int atomic_xchg64(void *ctx)
{
	EACH_CELL("r2 = xchg_64(r1 + 0, r2)");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("atomics")
XCHG32(CELL32)
int atomic_xchg32(void *ctx)
{
	EACH_CELL("w2 = xchg32_32(r1 + 0, w2)");
	return 0;
}

char _license[] SEC("license") = "GPL";

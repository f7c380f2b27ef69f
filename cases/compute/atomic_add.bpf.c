// SPDX-License-Identifier: GPL-2.0-only
// Atomic ADD, with and without fetching the old value, which has zeros above its 32 bits (RFC 9669,
// section 5.3): STX_ATOMIC_* of ___bpf_prog_run() in kernel/bpf/core.c, emit_atomic() of the JITs.
#include "atomic.h"

#define ADD64(V) \
	V(0, 0, 0, 0, 0) \
	V(1, 1, 0xffffffffffffffff, 0, 0xffffffffffffffff) \
	V(2, 0xffffffffffffffff, 1, 0, 1) \
	V(3, 0x8000000000000000, 0x8000000000000000, 0, 0x8000000000000000) \
	V(4, 0x7fffffffffffffff, 1, 0x8000000000000000, 1) \
	V(5, 0xffffffff, 1, 0x100000000, 1) \
	V(6, 0x123456789abcdef, 0xfedcba9876543210, 0xffffffffffffffff, 0xfedcba9876543210) \
	V(7, 0x5555555555555555, 0xff00ff00ff00ff, 0x5654565456545654, 0xff00ff00ff00ff)

#define FETCH_ADD64(V) \
	V(0, 0, 0, 0, 0) \
	V(1, 1, 0xffffffffffffffff, 0, 1) \
	V(2, 0xffffffffffffffff, 1, 0, 0xffffffffffffffff) \
	V(3, 0x8000000000000000, 0x8000000000000000, 0, 0x8000000000000000) \
	V(4, 0x7fffffffffffffff, 1, 0x8000000000000000, 0x7fffffffffffffff) \
	V(5, 0xffffffff, 1, 0x100000000, 0xffffffff) \
	V(6, 0x123456789abcdef, 0xfedcba9876543210, 0xffffffffffffffff, 0x123456789abcdef) \
	V(7, 0x5555555555555555, 0xff00ff00ff00ff, 0x5654565456545654, 0x5555555555555555)

#define ADD32(V) \
	V(0, 0, 0, 0, 0) \
	V(1, 1, 0xffffffffffffffff, 0, 0xffffffffffffffff) \
	V(2, 0xffffffff, 1, 0, 1) \
	V(3, 0x80000000, 0x80000000, 0, 0x80000000) \
	V(4, 0x7fffffff, 1, 0x80000000, 1) \
	V(5, 0x89abcdef, 0xfedcba9876543210, 0xffffffff, 0xfedcba9876543210) \
	V(6, 0x55555555, 0xffffffff00ff00ff, 0x56545654, 0xffffffff00ff00ff) \
	V(7, 1, 0x100000000, 1, 0x100000000)

#define FETCH_ADD32(V) \
	V(0, 0, 0, 0, 0) \
	V(1, 1, 0xffffffffffffffff, 0, 1) \
	V(2, 0xffffffff, 1, 0, 0xffffffff) \
	V(3, 0x80000000, 0x80000000, 0, 0x80000000) \
	V(4, 0x7fffffff, 1, 0x80000000, 0x7fffffff) \
	V(5, 0x89abcdef, 0xfedcba9876543210, 0xffffffff, 0x89abcdef) \
	V(6, 0x55555555, 0xffffffff00ff00ff, 0x56545654, 0x55555555) \
	V(7, 1, 0x100000000, 1, 1)

SEC("socket")
__success __retval(0) __needs("xadd")
ADD64(CELL64)
int atomic_add64(void *ctx)
{
	EACH_CELL("lock *(u64 *)(r1 + 0) += r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("atomics")
FETCH_ADD64(CELL64)
int atomic_fetch_add64(void *ctx)
{
	EACH_CELL("r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("xadd")
ADD32(CELL32)
int atomic_add32(void *ctx)
{
	EACH_CELL("lock *(u32 *)(r1 + 0) += w2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("atomics")
FETCH_ADD32(CELL32)
int atomic_fetch_add32(void *ctx)
{
	EACH_CELL("w2 = atomic_fetch_add((u32 *)(r1 + 0), w2)");
	return 0;
}

char _license[] SEC("license") = "GPL";

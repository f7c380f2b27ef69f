// SPDX-License-Identifier: GPL-2.0-only
// CMPXCHG stores a register if the memory equals r0, and loads r0 from the memory in either case,
// with zeros above its 32 bits (RFC 9669, section 5.3). x86 puts the zeros there only if the two
// differ, so opt_subreg_zext_lo32_rnd_hi32() in kernel/bpf/verifier.c adds a move.
#include "atomic.h"

/* The operand is what r0 begins with, and what is fetched is what it ends with. */
#define CMPXCHG64(V) \
	V(0, 0, 0, 0x8192a3b4c5d6e7f8, 0) \
	V(1, 1, 0, 1, 1) \
	V(2, 0xffffffffffffffff, 0xffffffffffffffff, 0x8192a3b4c5d6e7f8, 0xffffffffffffffff) \
	V(3, 0x8000000000000000, 0x8000000000000000, 0x8192a3b4c5d6e7f8, 0x8000000000000000) \
	V(4, 0x8000000000000000, 0, 0x8000000000000000, 0x8000000000000000) \
	V(5, 0x100000001, 1, 0x100000001, 0x100000001) \
	V(6, 1, 0x100000001, 1, 1) \
	V(7, 0xffffffff, 0xffffffffffffffff, 0xffffffff, 0xffffffff)

#define CMPXCHG32(V) \
	V(0, 0, 0, 0xc5d6e7f8, 0) \
	V(1, 1, 0, 1, 1) \
	V(2, 0xffffffff, 0xffffffffffffffff, 0xc5d6e7f8, 0xffffffff) \
	V(3, 0x80000000, 0x80000000, 0xc5d6e7f8, 0x80000000) \
	V(4, 0x80000000, 0xffffffff80000000, 0xc5d6e7f8, 0x80000000) \
	V(5, 1, 0x100000001, 0xc5d6e7f8, 1) \
	V(6, 0xffffffff, 0x7fffffff, 0xffffffff, 0xffffffff) \
	V(7, 0, 0x100000000, 0xc5d6e7f8, 0)

#define CMPXCHG(insn)								\
	EACH_CELL("r0 = r2\n\t"							\
		  "r3 = 0x8192a3b4c5d6e7f8 ll\n\t"					\
		  insn "\n\t"							\
		  "r2 = r0")

SEC("socket")
__success __retval(0) __needs("atomics")
CMPXCHG64(CELL64)
int atomic_cmpxchg64(void *ctx)
{
	CMPXCHG("r0 = cmpxchg_64(r1 + 0, r0, r3)");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("atomics")
CMPXCHG32(CELL32)
int atomic_cmpxchg32(void *ctx)
{
	CMPXCHG("w0 = cmpxchg32_32(r1 + 0, w0, w3)");
	return 0;
}

char _license[] SEC("license") = "GPL";

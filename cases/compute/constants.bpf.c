// SPDX-License-Identifier: GPL-2.0-only
// LD_IMM64 takes two instructions and gives all 64 bits (RFC 9669, section 5.4). The JITs build the
// number from what they have, and blinding takes each half through a register of its own:
// bpf_jit_blind_insn() in kernel/bpf/core.c.
#include "vector.h"

#define CONSTANTS(V) \
	V(0, 0, 0, 0x0) \
	V(1, 0, 0, 0x1) \
	V(2, 0, 0, 0xffffffffffffffff) \
	V(3, 0, 0, 0x7fffffff) \
	V(4, 0, 0, 0x80000000) \
	V(5, 0, 0, 0xffffffff) \
	V(6, 0, 0, 0x100000000) \
	V(7, 0, 0, 0xffffffff80000000) \
	V(8, 0, 0, 0xffffffff7fffffff) \
	V(9, 0, 0, 0x8000000000000000) \
	V(10, 0, 0, 0x7fffffffffffffff) \
	V(11, 0, 0, 0xffff00000000) \
	V(12, 0, 0, 0xffff0000ffffffff) \
	V(13, 0, 0, 0x1000000000000) \
	V(14, 0, 0, 0x123456789abcdef0) \
	V(15, 0, 0, 0xff00ff00ff00ff) \
	V(16, 0, 0, 0xffffffffffff0000) \
	V(17, 0, 0, 0xdeadbeef00000000)

#define CONSTANT_RUN(slot, left, right, result) ONE_ROW(EXECUTE, slot, "r1 = " #result " ll")

SEC("socket")
__success __retval(0)
CONSTANTS(ROW)
int ld_imm64(void *ctx)
{
	CONSTANTS(CONSTANT_RUN);
	return 0;
}

/* The sum of x * 7 over the ten numbers. */
SEC("socket")
__success __retval(0)
ROW(0, 0, 0, 0xffa4fa4fa4fa4c7b)
__naked int ld_imm64_into_every_register(void)
{
	asm volatile("r0 = 0x123456789abcde0 ll\n\t"
		     "r1 = 0x1123456789abcde1 ll\n\t"
		     "r2 = 0x2123456789abcde2 ll\n\t"
		     "r3 = 0x3123456789abcde3 ll\n\t"
		     "r4 = 0x4123456789abcde4 ll\n\t"
		     "r5 = 0x5123456789abcde5 ll\n\t"
		     "r6 = 0x6123456789abcde6 ll\n\t"
		     "r7 = 0x7123456789abcde7 ll\n\t"
		     "r8 = 0x8123456789abcde8 ll\n\t"
		     "r9 = 0x9123456789abcde9 ll\n\t"
		     ".irp n,1,2,3,4,5,6,7,8,9\n\t"
		     "r\\n *= 7\n\t"
		     ".endr\n\t"
		     "r0 *= 7\n\t"
		     ".irp n,1,2,3,4,5,6,7,8,9\n\t"
		     "r0 += r\\n\n\t"
		     ".endr\n\t"
		     "r6 = r0\n\t"
		     "r1 = 0\n\t"
		     "*(u32 *)(r10 - 4) = r1\n\t"
		     "r2 = r10\n\t"
		     "r2 += -4\n\t"
		     "r1 = %[rows] ll\n\t"
		     "call %[bpf_map_lookup_elem]\n\t"
		     "if r0 == 0 goto 1f\n\t"
		     "*(u64 *)(r0 + 16) = r6\n"
		     "1:\tr0 = 0\n\t"
		     "exit"
		     : : __imm(bpf_map_lookup_elem), __imm_addr(rows) : __clobber_all);
}

char _license[] SEC("license") = "GPL";

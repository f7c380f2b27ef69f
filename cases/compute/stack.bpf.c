// SPDX-License-Identifier: GPL-2.0-only
// The stack: 512 bytes below r10, in pieces of every width. The verifier remembers what was put
// where (check_stack_write_fixed_off() in kernel/bpf/verifier.c), the machine must do it.
#include "memory.h"

#define OFFSETS \
	"8,16,24,32,40,48,56,64,72,80,88,96,104,112,120,128,136,144,152,160,168,176,184,192," \
	"200,208,216,224,232,240,248,256,264,272,280,288,296,304,312,320,328,336,344,352,360," \
	"368,376,384,392,400,408,416,424,432,440,448,456,464,472,480,488,496,504,512"

/* r6 is the address of the memory, r7 that of the results, r8 the first number of the memory. */
#define BEGIN									\
	"r1 = 0\n\t"								\
	"*(u32 *)(r10 - 4) = r1\n\t"						\
	"r2 = r10\n\t"								\
	"r2 += -4\n\t"								\
	"r1 = %[memory] ll\n\t"							\
	"call %[bpf_map_lookup_elem]\n\t"					\
	"if r0 == 0 goto 9f\n\t"						\
	"r6 = r0\n\t"								\
	"r2 = r10\n\t"								\
	"r2 += -4\n\t"								\
	"r1 = %[results] ll\n\t"						\
	"call %[bpf_map_lookup_elem]\n\t"					\
	"if r0 == 0 goto 9f\n\t"						\
	"r7 = r0\n\t"								\
	"r8 = *(u64 *)(r6 + 0)\n\t"
#define END									\
	"r0 = 0\n\t"								\
	"exit\n"								\
	"9:\tr0 = -1\n\t"							\
	"exit"
#define OPERANDS \
	__imm(bpf_map_lookup_elem), __imm_addr(memory), __imm_addr(results)

/* Each of the 64 places gets r8, then r8 = r8 * 31 + 1. From the lowest to the highest address then
 * sum = sum * 33 + what is there.
 */
SEC("socket")
__success __retval(0)
BEFORE("u64:0x0123456789abcdef zero:24")
FOUND("u64:0xa027235cf5954020 zero:56")
__naked int stack_of_512_bytes(void)
{
	asm volatile(BEGIN
		     ".irp n," OFFSETS "\n\t"
		     "*(u64 *)(r10 - \\n) = r8\n\t"
		     "r8 *= 31\n\t"
		     "r8 += 1\n\t"
		     ".endr\n\t"
		     "r1 = 0\n\t"
		     "r3 = r10\n\t"
		     "r3 += -520\n\t"
		     ".irp n," OFFSETS "\n\t"
		     "r1 *= 33\n\t"
		     "r2 = *(u64 *)(r3 + \\n)\n\t"
		     "r1 += r2\n\t"
		     ".endr\n\t"
		     "*(u64 *)(r7 + 0) = r1\n\t"
		     END : : OPERANDS : __clobber_all);
}

/* Every width at the offsets that are aligned for it alone, copied out byte by byte. */
SEC("socket")
__success __retval(0)
BEFORE("u64:0x8182838485868788 zero:24")
AFTER("u8:0x88 u8:0x88 u16:0x8788 u8:0x88 u8:0x88 u16:0x8788 u32:0x85868788 u32:0x85868788 zero:16")
__naked int stack_in_small_pieces(void)
{
	asm volatile(BEGIN
		     "*(u8 *)(r10 - 16) = r8\n\t"
		     "*(u8 *)(r10 - 15) = r8\n\t"
		     "*(u16 *)(r10 - 14) = r8\n\t"
		     "*(u8 *)(r10 - 12) = r8\n\t"
		     "*(u8 *)(r10 - 11) = r8\n\t"
		     "*(u16 *)(r10 - 10) = r8\n\t"
		     "*(u32 *)(r10 - 8) = r8\n\t"
		     "*(u32 *)(r10 - 4) = r8\n\t"
		     "r2 = r10\n\t"
		     "r2 += -16\n\t"
		     ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
		     "r1 = *(u8 *)(r2 + \\n)\n\t"
		     "*(u8 *)(r6 + \\n) = r1\n\t"
		     ".endr\n\t"
		     END : : OPERANDS : __clobber_all);
}

/* A spilled register, of which a part is overwritten by something narrower. */
SEC("socket")
__success __retval(0)
BEFORE("u64:0x1111111111111111 zero:24")
FOUND("hex:1111112211111111 hex:1111112211111122 hex:1111112233331122 hex:4444444433331122 zero:32")
__naked int stack_spill_overwritten_in_part(void)
{
	asm volatile(BEGIN
		     "*(u64 *)(r10 - 8) = r8\n\t"
		     "r1 = 0x22\n\t"
		     "*(u8 *)(r10 - 5) = r1\n\t"
		     "r2 = *(u64 *)(r10 - 8)\n\t"
		     "*(u64 *)(r7 + 0) = r2\n\t"
		     "*(u8 *)(r10 - 1) = r1\n\t"
		     "r2 = *(u64 *)(r10 - 8)\n\t"
		     "*(u64 *)(r7 + 8) = r2\n\t"
		     "r1 = 0x3333\n\t"
		     "*(u16 *)(r10 - 4) = r1\n\t"
		     "r2 = *(u64 *)(r10 - 8)\n\t"
		     "*(u64 *)(r7 + 16) = r2\n\t"
		     "r1 = 0x44444444\n\t"
		     "*(u32 *)(r10 - 8) = r1\n\t"
		     "r2 = *(u64 *)(r10 - 8)\n\t"
		     "*(u64 *)(r7 + 24) = r2\n\t"
		     END : : OPERANDS : __clobber_all);
}

/* A spill of 32, 16 and 8 bits comes back without what the register had above. */
SEC("socket")
__success __retval(0)
BEFORE("u64:0x8182838485868788 zero:24")
FOUND("u64:0x85868788 u64:0x8788 u64:0x88 zero:40")
__naked int stack_narrow_spill_is_cut(void)
{
	asm volatile(BEGIN
		     "*(u32 *)(r10 - 8) = r8\n\t"
		     "*(u16 *)(r10 - 16) = r8\n\t"
		     "*(u8 *)(r10 - 24) = r8\n\t"
		     "r1 = -1\n\t"
		     "r1 = *(u32 *)(r10 - 8)\n\t"
		     "*(u64 *)(r7 + 0) = r1\n\t"
		     "r1 = -1\n\t"
		     "r1 = *(u16 *)(r10 - 16)\n\t"
		     "*(u64 *)(r7 + 8) = r1\n\t"
		     "r1 = -1\n\t"
		     "r1 = *(u8 *)(r10 - 24)\n\t"
		     "*(u64 *)(r7 + 16) = r1\n\t"
		     END : : OPERANDS : __clobber_all);
}

/* At an address that only the run knows: bytes 0x10 to 0x1f, one of which is read and changed. */
SEC("socket")
__success __retval(0)
BEFORE("u64:5 zero:24")
FOUND("u64:0x15 u64:0xee zero:48")
__naked int stack_at_a_variable_offset(void)
{
	asm volatile(BEGIN
		     "r2 = r10\n\t"
		     "r2 += -16\n\t"
		     ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
		     "r1 = 0x10 + \\n\n\t"
		     "*(u8 *)(r2 + \\n) = r1\n\t"
		     ".endr\n\t"
		     "r8 &= 15\n\t"
		     "r2 += r8\n\t"
		     "r1 = *(u8 *)(r2 + 0)\n\t"
		     "*(u64 *)(r7 + 0) = r1\n\t"
		     "r1 = 0xee\n\t"
		     "*(u8 *)(r2 + 0) = r1\n\t"
		     "r1 = *(u8 *)(r10 - 11)\n\t"
		     "*(u64 *)(r7 + 8) = r1\n\t"
		     END : : OPERANDS : __clobber_all);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Atomic instructions that fetch, with every register as the address and every other as the
// operand: the loops that the x86 JIT makes need r0 and must give it back (do_jit() in
// arch/x86/net/bpf_jit_comp.c). What is fetched, and r0, go into one sum: sum = sum * 31 + value.
#include <case.h>

struct memory {
	union {
		__u64 number;
		__u32 half[2];
	};
	__u64 sum;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct memory);
} memory SEC(".maps");

/* On the stack: -8 the address, -16 the sum. */
#define BEGIN									\
	"r1 = 0\n\t*(u32 *)(r10 - 8) = r1\n\t"					\
	"r2 = r10\n\tr2 += -8\n\tr1 = %[memory] ll\n\t"				\
	"call %[bpf_map_lookup_elem]\n\t"					\
	"if r0 == 0 goto 1f\n\t"						\
	"*(u64 *)(r10 - 8) = r0\n\t"						\
	"r1 = 0\n\t*(u64 *)(r10 - 16) = r1\n\t"
#define END									\
	"r1 = *(u64 *)(r10 - 8)\n\t"						\
	"r2 = *(u64 *)(r10 - 16)\n\t"						\
	"*(u64 *)(r1 + 8) = r2\n"						\
	"1:\tr0 = 0\n\t"							\
	"exit"
#define ADD(value, next)							\
	"r" #next " = *(u64 *)(r10 - 16)\n\t"					\
	"r" #next " *= 31\n\t"							\
	"r" #next " += r" #value "\n\t"						\
	"*(u64 *)(r10 - 16) = r" #next "\n\t"

/* The operand is 0x1234567 + (16 * address + value) * 0x101, by their numbers. `next` is any
 * register but `value` and r0.
 */
#define EXECUTE(insn, address, value, next)					\
	".if " #address " != " #value "\n\t"					\
	"r0 = 0x7777\n\t"							\
	"r" #address " = *(u64 *)(r10 - 8)\n\t"					\
	"r" #value " = 0x1234567 + (16 * " #address " + " #value ") * 0x101\n\t" \
	insn "\n\t"								\
	ADD(value, next)							\
	".if " #address "\n\t"							\
	ADD(0, next)								\
	".endif\n\t"								\
	".endif\n\t"

#define EACH_VALUE(insns, address)						\
	insns(address, 0, 1) insns(address, 1, 2)				\
	insns(address, 2, 3) insns(address, 3, 4)				\
	insns(address, 4, 5) insns(address, 5, 6)				\
	insns(address, 6, 7) insns(address, 7, 8)				\
	insns(address, 8, 9) insns(address, 9, 1)
#define EACH_PAIR(insns)							\
	asm volatile(BEGIN							\
		     EACH_VALUE(insns, 0) EACH_VALUE(insns, 1)			\
		     EACH_VALUE(insns, 2) EACH_VALUE(insns, 3)			\
		     EACH_VALUE(insns, 4) EACH_VALUE(insns, 5)			\
		     EACH_VALUE(insns, 6) EACH_VALUE(insns, 7)			\
		     EACH_VALUE(insns, 8) EACH_VALUE(insns, 9)			\
		     END							\
		     : : __imm(bpf_map_lookup_elem), __imm_addr(memory) : __clobber_all)

#define FETCH_ADD64(address, value, next) \
	EXECUTE("r" #value " = atomic_fetch_add((u64 *)(r" #address " + 0), r" #value ")", \
		address, value, next)

SEC("socket")
__success __retval(0) __needs("atomics")
__put(memory, "u32:0", "u64:0x0123456789abcdef u64:0")
__table(memory, "u32:0", "u64:0x01234567f02d340a u64:0xe945c60a1d7468bb")
__naked int fetch_add64_with_every_register(void)
{
	EACH_PAIR(FETCH_ADD64);
}

#define FETCH_XOR64(address, value, next) \
	EXECUTE("r" #value " = atomic_fetch_xor((u64 *)(r" #address " + 0), r" #value ")", \
		address, value, next)

SEC("socket")
__success __retval(0) __needs("atomics")
__put(memory, "u32:0", "u64:0x0123456789abcdef u64:0")
__table(memory, "u32:0", "u64:0x0123456789abd668 u64:0xd5de3227507ca7c7")
__naked int fetch_xor64_with_every_register(void)
{
	EACH_PAIR(FETCH_XOR64);
}

#define FETCH_OR32(address, value, next) \
	EXECUTE("w" #value " = atomic_fetch_or((u32 *)(r" #address " + 0), w" #value ")", \
		address, value, next)

SEC("socket")
__success __retval(0) __needs("atomics")
__put(memory, "u32:0", "u32:0x01234567 u32:0xa5a5a5a5 u64:0")
__table(memory, "u32:0", "u32:0x0123ffff u32:0xa5a5a5a5 u64:0x18bcd68d320827c7")
__naked int fetch_or32_with_every_register(void)
{
	EACH_PAIR(FETCH_OR32);
}

#define XCHG64(address, value, next) \
	EXECUTE("r" #value " = xchg_64(r" #address " + 0, r" #value ")", \
		address, value, next)

SEC("socket")
__success __retval(0) __needs("atomics")
__put(memory, "u32:0", "u64:0x0123456789abcdef u64:0")
__table(memory, "u32:0", "u64:0x000000000123ddff u64:0xe90a898bae82711b")
__naked int xchg64_with_every_register(void)
{
	EACH_PAIR(XCHG64);
}

char _license[] SEC("license") = "GPL";

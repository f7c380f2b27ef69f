// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores with every register as the address and every register as the value: some have
// encodings of their own, such as r13 as the address on x86 (add_2mod() and emit_insn_suffix() in
// arch/x86/net/bpf_jit_comp.c). All that is loaded goes into one sum: sum = sum * 31 + value.
#include <case.h>

struct memory {
	__u64 at[10];
	__u64 sum;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct memory);
} memory SEC(".maps");

#define NUMBERS \
	"u64:0x0123456789abcde0 u64:0x0123456789abcde1 u64:0x0123456789abcde2 " \
	"u64:0x0123456789abcde3 u64:0x0123456789abcde4 u64:0x0123456789abcde5 " \
	"u64:0x0123456789abcde6 u64:0x0123456789abcde7 u64:0x0123456789abcde8 " \
	"u64:0x0123456789abcde9 "

#define BYTES \
	"u8:0xe0 zero:7 u8:0xe1 zero:7 u8:0xe2 zero:7 u8:0xe3 zero:7 " \
	"u8:0xe4 zero:7 u8:0xe5 zero:7 u8:0xe6 zero:7 u8:0xe7 zero:7 " \
	"u8:0xe8 zero:7 u8:0xe9 zero:7 "

/* On the stack: -8 the address, -16 the sum. `next` is any register but `value`. */
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
	"*(u64 *)(r1 + 80) = r2\n"						\
	"1:\tr0 = 0\n\t"							\
	"exit"
#define ADD(value, next)							\
	"r" #next " = *(u64 *)(r10 - 16)\n\t"					\
	"r" #next " *= 31\n\t"							\
	"r" #next " += r" #value "\n\t"						\
	"*(u64 *)(r10 - 16) = r" #next "\n\t"

#define LOAD(width, address, value, offset, next)				\
	"r" #address " = *(u64 *)(r10 - 8)\n\t"					\
	"r" #value " = *(u" width " *)(r" #address " + " #offset ")\n\t"	\
	ADD(value, next)

/* value = 0x1234567 + (16 * address + value) * 0x101, by their numbers. No address is stored. */
#define STORE(width, address, value, offset, next)				\
	".if " #address " != " #value "\n\t"					\
	"r" #address " = *(u64 *)(r10 - 8)\n\t"					\
	"r" #value " = 0x1234567 + (16 * " #address " + " #value ") * 0x101\n\t" \
	"*(u" width " *)(r" #address " + " #offset ") = r" #value "\n\t"	\
	"r" #value " = 0\n\t"							\
	"r" #value " = *(u" width " *)(r" #address " + " #offset ")\n\t"	\
	ADD(value, next)							\
	".endif\n\t"

#define EACH_VALUE(insns, width, address)					\
	insns(width, address, 0, 0, 1) insns(width, address, 1, 8, 2) \
	insns(width, address, 2, 16, 3) insns(width, address, 3, 24, 4) \
	insns(width, address, 4, 32, 5) insns(width, address, 5, 40, 6) \
	insns(width, address, 6, 48, 7) insns(width, address, 7, 56, 8) \
	insns(width, address, 8, 64, 9) insns(width, address, 9, 72, 0)

#define EACH_ADDRESS(insns, width)						\
	EACH_VALUE(insns, width, 0) EACH_VALUE(insns, width, 1) \
	EACH_VALUE(insns, width, 2) EACH_VALUE(insns, width, 3) \
	EACH_VALUE(insns, width, 4) EACH_VALUE(insns, width, 5) \
	EACH_VALUE(insns, width, 6) EACH_VALUE(insns, width, 7) \
	EACH_VALUE(insns, width, 8) EACH_VALUE(insns, width, 9)

#define RUN(insns) \
	asm volatile(BEGIN insns END \
		     : : __imm(bpf_map_lookup_elem), __imm_addr(memory) : __clobber_all)

SEC("socket")
__success __retval(0)
__put(memory, "u32:0", NUMBERS "u64:0")
__table(memory, "u32:0", NUMBERS "u64:0x4d54a7bb3ef5e2f2")
__naked int load64_with_every_register(void)
{
	RUN(EACH_ADDRESS(LOAD, "64"));
}

SEC("socket")
__success __retval(0)
__put(memory, "u32:0", BYTES "u64:0")
__table(memory, "u32:0", BYTES "u64:0x9f585056f25ca2f2")
__naked int load8_with_every_register(void)
{
	RUN(EACH_ADDRESS(LOAD, "8"));
}

#define LAST64 \
	"u64:0x123d5f7 u64:0x123d6f8 u64:0x123d7f9 " \
	"u64:0x123d8fa u64:0x123d9fb u64:0x123dafc " \
	"u64:0x123dbfd u64:0x123dcfe u64:0x123ddff " \
	"u64:0x123cef0 "

SEC("socket")
__success __retval(0)
__table(memory, "u32:0", LAST64 "u64:0xf8dc953d179263cb")
__naked int store64_with_every_register(void)
{
	RUN(EACH_ADDRESS(STORE, "64"));
}

#define LAST8 \
	"u8:0xf7 zero:7 u8:0xf8 zero:7 u8:0xf9 zero:7 u8:0xfa zero:7 " \
	"u8:0xfb zero:7 u8:0xfc zero:7 u8:0xfd zero:7 u8:0xfe zero:7 " \
	"u8:0xff zero:7 u8:0xf0 zero:7 "

SEC("socket")
__success __retval(0)
__table(memory, "u32:0", LAST8 "u64:0xa8870320a4b8d8cb")
__naked int store8_with_every_register(void)
{
	RUN(EACH_ADDRESS(STORE, "8"));
}

char _license[] SEC("license") = "GPL";

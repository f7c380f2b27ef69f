// SPDX-License-Identifier: GPL-2.0-only
// Each instruction with all hundred pairs of registers: a machine that shifts only by one register
// and divides only in two has to save what the filter keeps there (do_jit() of
// arch/x86/net/bpf_jit_comp.c). After each instruction all ten registers go into one sum.
#include <case.h>

struct row {
	__u64 seed;
	__u64 sum;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct row);
} rows SEC(".maps");

#define SEED "u64:0x0123456789abcdef"
#define SUM(sum) \
	__put(rows, "u32:0", SEED " u64:0") __table(rows, "u32:0", SEED " u64:" #sum)

/* On the stack: -8 the row, -16 the sum, -24 a place for r0, and from -32 down what r0 to r9 start
 * with: x(0) = seed, x(n + 1) = x(n) * 0x5851f42d + n.
 */
#define NEXT(n, offset) "r1 *= 0x5851f42d\n\tr1 += " #n "\n\t*(u64 *)(r10 - " #offset ") = r1\n\t"
#define BEGIN									\
	"r1 = 0\n\t*(u32 *)(r10 - 8) = r1\n\t"					\
	"r2 = r10\n\tr2 += -8\n\tr1 = %[rows] ll\n\t"				\
	"call %[bpf_map_lookup_elem]\n\t"					\
	"if r0 == 0 goto 1f\n\t"						\
	"*(u64 *)(r10 - 8) = r0\n\t"						\
	"r1 = 0\n\t*(u64 *)(r10 - 16) = r1\n\t"					\
	"r1 = *(u64 *)(r0 + 0)\n\t*(u64 *)(r10 - 32) = r1\n\t"			\
	NEXT(0, 40) NEXT(1, 48) NEXT(2, 56) NEXT(3, 64) NEXT(4, 72)		\
	NEXT(5, 80) NEXT(6, 88) NEXT(7, 96) NEXT(8, 104)

#define LOAD(register, offset) "r" #register " = *(u64 *)(r10 - " #offset ")\n\t"
#define LOAD_ALL								\
	LOAD(0, 32) LOAD(1, 40) LOAD(2, 48) LOAD(3, 56) LOAD(4, 64)		\
	LOAD(5, 72) LOAD(6, 80) LOAD(7, 88) LOAD(8, 96) LOAD(9, 104)

/* r0 comes last. */
#define ADD(register) "r0 *= 31\n\tr0 += r" #register "\n\t"
#define ADD_ALL									\
	"*(u64 *)(r10 - 24) = r0\n\t"						\
	LOAD(0, 16)								\
	ADD(1) ADD(2) ADD(3) ADD(4) ADD(5) ADD(6) ADD(7) ADD(8) ADD(9)		\
	LOAD(1, 24) ADD(1)							\
	"*(u64 *)(r10 - 16) = r0\n\t"

/* What is done to the right operand before: how far a machine shifts by more than the width is not
 * the subject here.
 */
#define AS_IT_IS(register)
#define BELOW_64(register) "r" #register " &= 63\n\t"
#define BELOW_32(register) "r" #register " &= 31\n\t"

#define PAIR(name, insn, prepare, left, right) \
	LOAD_ALL prepare(right) name #left " " insn " " name #right "\n\t" ADD_ALL
#define ALL_RIGHT(name, insn, prepare, left)					\
	PAIR(name, insn, prepare, left, 0) PAIR(name, insn, prepare, left, 1)	\
	PAIR(name, insn, prepare, left, 2) PAIR(name, insn, prepare, left, 3)	\
	PAIR(name, insn, prepare, left, 4) PAIR(name, insn, prepare, left, 5)	\
	PAIR(name, insn, prepare, left, 6) PAIR(name, insn, prepare, left, 7)	\
	PAIR(name, insn, prepare, left, 8) PAIR(name, insn, prepare, left, 9)
#define ALL_PAIRS(name, insn, prepare)						\
	asm volatile(BEGIN							\
		     ALL_RIGHT(name, insn, prepare, 0) ALL_RIGHT(name, insn, prepare, 1)	\
		     ALL_RIGHT(name, insn, prepare, 2) ALL_RIGHT(name, insn, prepare, 3)	\
		     ALL_RIGHT(name, insn, prepare, 4) ALL_RIGHT(name, insn, prepare, 5)	\
		     ALL_RIGHT(name, insn, prepare, 6) ALL_RIGHT(name, insn, prepare, 7)	\
		     ALL_RIGHT(name, insn, prepare, 8) ALL_RIGHT(name, insn, prepare, 9)	\
		     "r1 = *(u64 *)(r10 - 8)\n\t"				\
		     "*(u64 *)(r1 + 8) = r0\n"					\
		     "1:\tr0 = 0\n\t"						\
		     "exit"							\
		     : : __imm(bpf_map_lookup_elem), __imm_addr(rows) : __clobber_all)

SEC("socket")
__success __retval(0)
SUM(0xf9187da8cbf30ca0)
__naked int lsh64_all_registers(void)
{
	ALL_PAIRS("r", "<<=", BELOW_64);
}

SEC("socket")
__success __retval(0)
SUM(0x60548635da9f7460)
__naked int lsh32_all_registers(void)
{
	ALL_PAIRS("w", "<<=", BELOW_32);
}

SEC("socket")
__success __retval(0)
SUM(0xa1d80d7ed7f184b8)
__naked int rsh64_all_registers(void)
{
	ALL_PAIRS("r", ">>=", BELOW_64);
}

SEC("socket")
__success __retval(0)
SUM(0xcac6c034b72e13c7)
__naked int arsh32_all_registers(void)
{
	ALL_PAIRS("w", "s>>=", BELOW_32);
}

SEC("socket")
__success __retval(0) __needs("div64")
SUM(0x31013d7ac4365f48)
__naked int div64_all_registers(void)
{
	ALL_PAIRS("r", "/=", AS_IT_IS);
}

SEC("socket")
__success __retval(0)
SUM(0x731d7349ab7e6564)
__naked int div32_all_registers(void)
{
	ALL_PAIRS("w", "/=", AS_IT_IS);
}

SEC("socket")
__success __retval(0) __needs("div64")
SUM(0x97b3433969441ee8)
__naked int mod64_all_registers(void)
{
	ALL_PAIRS("r", "%%=", AS_IT_IS);
}

SEC("socket")
__success __retval(0)
SUM(0x6d25b4ee3953c004)
__naked int mod32_all_registers(void)
{
	ALL_PAIRS("w", "%%=", AS_IT_IS);
}

SEC("socket")
__success __retval(0)
SUM(0xbc5e45006d8fb540)
__naked int mul64_all_registers(void)
{
	ALL_PAIRS("r", "*=", AS_IT_IS);
}

SEC("socket")
__success __retval(0)
SUM(0xd36616bce5f9a480)
__naked int add32_all_registers(void)
{
	ALL_PAIRS("w", "+=", AS_IT_IS);
}

SEC("socket")
__success __retval(0)
SUM(0xe7a0e85e6d62e800)
__naked int xor64_all_registers(void)
{
	ALL_PAIRS("r", "^=", AS_IT_IS);
}

char _license[] SEC("license") = "GPL";

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One atomic instruction on a list of operands: V(slot, memory, operand, after, fetched).
 *
 * r1 points at the memory and r2 is the operand. `after` is what the memory holds then, `fetched`
 * what r2 holds: the old value if the instruction fetches, else still the operand. Instructions of
 * 32 bits must leave alone the four bytes that stand beside theirs.
 */
#ifndef COMPUTE_ATOMIC_H
#define COMPUTE_ATOMIC_H

#include <case.h>

#define CELLS 8

struct cell {
	union {
		__u64 memory;
		__u32 half[2];
	};
	__u64 operand;
	__u64 fetched;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CELLS);
	__type(key, __u32);
	__type(value, struct cell);
} cells SEC(".maps");

#define CELL64(slot, memory, operand, after, fetched)				\
	__put(cells, "u32:" #slot, "u64:" #memory " u64:" #operand " u64:0x5a5a")	\
	__table(cells, "u32:" #slot, "u64:" #after " u64:" #operand " u64:" #fetched)

#define BESIDE "u32:0xa5a5a5a5"
#define CELL32(slot, memory, operand, after, fetched)				\
	__put(cells, "u32:" #slot,						\
	      "u32:" #memory " " BESIDE " u64:" #operand " u64:0x5a5a")		\
	__table(cells, "u32:" #slot,						\
		"u32:" #after " " BESIDE " u64:" #operand " u64:" #fetched)

static __always_inline struct cell *find_cell(__u32 slot)
{
	return bpf_map_lookup_elem(&cells, &slot);
}

#define EACH_CELL(insn)								\
	_Pragma("clang loop unroll(disable)")					\
	for (__u32 slot = 0; slot < CELLS; slot++) {				\
		struct cell *cell = find_cell(slot);				\
										\
		if (!cell)							\
			return -1;						\
		asm volatile("r1 = %[memory]\n\t"				\
			     "r2 = %[operand]\n\t"				\
			     insn "\n\t"					\
			     "%[fetched] = r2"					\
			     : [fetched] "=r"(cell->fetched)			\
			     : [memory] "r"(&cell->memory), [operand] "r"(cell->operand) \
			     : "r0", "r1", "r2", "r3", "memory");		\
	}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One instruction, executed on a list of operands.
 *
 * A list is a macro that applies V to its rows: V(slot, left, right, result). The operands come
 * from a table, so that neither the compiler nor the verifier knows them and the instruction
 * itself has to be executed; all 64 bits of what it left in r1 go back into the table.
 */
#ifndef COMPUTE_VECTOR_H
#define COMPUTE_VECTOR_H

#include <case.h>

#define ROWS 20

struct row {
	__u64 left;
	__u64 right;
	__u64 result;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ROWS);
	__type(key, __u32);
	__type(value, struct row);
} rows SEC(".maps");

/* As V: the operands before the run, and what must stand in the table after it. Before the run
 * there is something else in the place of the result, so that a row left out is seen.
 */
#define ROW(slot, left, right, result)						\
	__put(rows, "u32:" #slot, "u64:" #left " u64:" #right " u64:0x5a5a5a5a5a5a5a5a") \
	__table(rows, "u32:" #slot, "u64:" #left " u64:" #right " u64:" #result)

static __always_inline struct row *find_row(__u32 slot)
{
	return bpf_map_lookup_elem(&rows, &slot);
}

/* r1 and r2 are the operands, r1 is the result, r3 is free. */
#define EXECUTE(insn, row)							\
	asm volatile("r1 = %[left]\n\t"						\
		     "r2 = %[right]\n\t"					\
		     insn "\n\t"						\
		     "%[result] = r1"						\
		     : [result] "=r"((row)->result)				\
		     : [left] "r"((row)->left), [right] "r"((row)->right)	\
		     : "r1", "r2", "r3")

/* Whether the condition holds for r1 and r2: a jump was taken. Where the immediate leaves only one
 * answer (r1 >= 0), the verifier has made it an unconditional one.
 */
#define EXECUTE_JUMP(condition, row)						\
	EXECUTE(condition " goto +2\n\tr1 = 0\n\tgoto +1\n\tr1 = 1", row)

/* The body of a filter that has the operands in registers. */
#define EACH_ROW(execute, insn) FIRST_ROWS(ROWS, execute, insn)

/* Left a loop: jumps in `insn` must not come to span several copies of it. */
#define FIRST_ROWS(count, execute, insn)					\
	_Pragma("clang loop unroll(disable)")					\
	for (__u32 slot = 0; slot < count; slot++) {				\
		struct row *row = find_row(slot);				\
										\
		if (!row)							\
			return -1;						\
		execute(insn, row);						\
	}

/* The right operand is a part of the instruction, so each row has its own. */
#define ONE_ROW(execute, slot, insn)						\
	{									\
		struct row *row = find_row(slot);				\
										\
		if (!row)							\
			return -1;						\
		execute(insn, row);						\
	}

#endif

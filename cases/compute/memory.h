/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that a filter loads from and stores to, and a place for what it found: two tables of one
 * entry each. Numbers in annotations are in the machine's byte order, as they are in registers.
 */
#ifndef COMPUTE_MEMORY_H
#define COMPUTE_MEMORY_H

#include <case.h>

#define MEMORY_SIZE 32
#define RESULTS 8

struct memory {
	__u8 bytes[MEMORY_SIZE];
};

struct results {
	__u64 at[RESULTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct memory);
} memory SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct results);
} results SEC(".maps");

/* What the memory holds before and after the run; what the filter found. */
#define BEFORE(bytes) __put(memory, "u32:0", bytes)
#define AFTER(bytes) __table(memory, "u32:0", bytes)
#define FOUND(words) __table(results, "u32:0", words)

static __always_inline struct memory *find_memory(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&memory, &key);
}

static __always_inline struct results *find_results(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&results, &key);
}

/* Instructions on `from`, which is in r1; the r2 that they leave goes to `to`. Before them it is
 * full of ones, so that it matters which of its bits they write.
 */
#define FIND(insns, from, to)							\
	asm volatile("r1 = %[base]\n\t"						\
		     "r2 = -1\n\t"						\
		     insns "\n\t"						\
		     "%[found] = r2"						\
		     : [found] "=r"(to)						\
		     : [base] "r"(from)						\
		     : "r1", "r2", "r3", "memory")

#endif

// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores at offsets that the JITs encode differently: one byte or four on x86 (is_imm8()
// in arch/x86/net/bpf_jit_comp.c), scaled, unscaled or in a register on arm64 (is_lsi_offset() in
// arch/arm64/net/bpf_jit_comp.c). The pointer stands in the middle of a value.
#include <case.h>

#define MIDDLE 32768

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 65536);
} memory SEC(".maps");

struct results {
	__u64 at[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct results);
} results SEC(".maps");

static __always_inline void *find_middle(void)
{
	__u32 key = 0;
	void *value = bpf_map_lookup_elem(&memory, &key);

	return value ? value + MIDDLE : 0;
}

static __always_inline struct results *find_results(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&results, &key);
}

/* Stores and loads with the offset in the instruction, and with the same offset added before. */
#define STORE(width, sign, offset, number)					\
	asm volatile("r1 = %[middle]\n\t"					\
		     "r2 = %[value]\n\t"					\
		     "*(u" #width " *)(r1 " #sign " " #offset ") = r2"		\
		     : : [middle] "r"(middle), [value] "i"(number) : "r1", "r2", "memory")
#define STORE_NEAR(width, sign, offset, number)					\
	asm volatile("r1 = %[middle]\n\t"					\
		     "r1 " #sign "= " #offset "\n\t"				\
		     "r2 = %[value]\n\t"					\
		     "*(u" #width " *)(r1 + 0) = r2"				\
		     : : [middle] "r"(middle), [value] "i"(number) : "r1", "r2", "memory")
#define LOAD(width, sign, offset, to)						\
	asm volatile("r1 = %[middle]\n\t"					\
		     "r2 = *(u" #width " *)(r1 " #sign " " #offset ")\n\t"	\
		     "%[found] = r2"						\
		     : [found] "=r"(to) : [middle] "r"(middle) : "r1", "r2", "memory")
#define LOAD_NEAR(width, sign, offset, to)					\
	asm volatile("r1 = %[middle]\n\t"					\
		     "r1 " #sign "= " #offset "\n\t"				\
		     "r2 = *(u" #width " *)(r1 + 0)\n\t"			\
		     "%[found] = r2"						\
		     : [found] "=r"(to) : [middle] "r"(middle) : "r1", "r2", "memory")

/* Slot, width, offset: the value is slot + 1. No two overlap. */
#define OFFSETS(V)		\
	V(0, 8, +, 127)		\
	V(1, 8, +, 128)		\
	V(2, 8, -, 128)		\
	V(3, 8, -, 129)		\
	V(4, 64, +, 256)		\
	V(5, 64, -, 256)		\
	V(6, 64, -, 264)		\
	V(7, 8, +, 4095)		\
	V(8, 8, +, 4096)		\
	V(9, 16, +, 8190)		\
	V(10, 16, +, 8192)		\
	V(11, 32, +, 16380)	\
	V(12, 32, +, 16384)	\
	V(13, 64, +, 32760)	\
	V(14, 8, +, 32759)		\
	V(15, 64, -, 32768)

#define FOUND								\
	__table(results, "u32:0", "u64:1 u64:2 u64:3 u64:4 u64:5 u64:6 u64:7 u64:8 " \
				  "u64:9 u64:10 u64:11 u64:12 u64:13 u64:14 u64:15 u64:16")

#define STORE_V(slot, width, sign, offset) STORE(width, sign, offset, slot + 1);
#define STORE_NEAR_V(slot, width, sign, offset) STORE_NEAR(width, sign, offset, slot + 1);
#define LOAD_V(slot, width, sign, offset) LOAD(width, sign, offset, results->at[slot]);
#define LOAD_NEAR_V(slot, width, sign, offset) LOAD_NEAR(width, sign, offset, results->at[slot]);

SEC("socket")
__success __retval(0) FOUND
int load_at_offsets(void *ctx)
{
	void *middle = find_middle();
	struct results *results = find_results();

	if (!middle || !results)
		return -1;
	OFFSETS(STORE_NEAR_V);
	OFFSETS(LOAD_V);
	return 0;
}

SEC("socket")
__success __retval(0) FOUND
int store_at_offsets(void *ctx)
{
	void *middle = find_middle();
	struct results *results = find_results();

	if (!middle || !results)
		return -1;
	OFFSETS(STORE_V);
	OFFSETS(LOAD_NEAR_V);
	return 0;
}

char _license[] SEC("license") = "GPL";

/* SPDX-License-Identifier: GPL-2.0-only */
/* An index of which nothing is known, a table of 16 bytes, and room for a proof that it fits. All
 * bytes are 7, so 7 comes back whatever the index was.
 */
#include <case.h>

struct block {
	__u8 byte[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct block);
} blocks SEC(".maps");

#define SEVENS "hex:07070707070707070707070707070707"
#define ACCEPTED __success __put(blocks, "u32:0", SEVENS) __retval(7)

/* r0 = the block, r6 = a number of 64 bits of which nothing is known; r7 to r9 are untouched. */
#define BLOCK_AND_NUMBER				\
	"call %[bpf_get_prandom_u32];"			\
	"r6 = r0;"					\
	"r6 <<= 32;"					\
	"call %[bpf_get_prandom_u32];"			\
	"r6 |= r0;"					\
	"r1 = 0;"					\
	"*(u32 *)(r10 - 4) = r1;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[blocks] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto out_%=;"

/* r6 bytes into the block. */
#define READ_AT_NUMBER					\
	"r0 += r6;"					\
	"r0 = *(u8 *)(r0 + 0);"				\
	"exit;"						\
	"out_%=:"					\
	"r0 = 7;"					\
	"exit;"

#define INDEX_BY(proof)					\
	asm volatile (BLOCK_AND_NUMBER proof READ_AT_NUMBER	\
		      :					\
		      : __imm(bpf_get_prandom_u32), __imm(bpf_map_lookup_elem),	\
			__imm_addr(blocks)		\
		      : __clobber_all)

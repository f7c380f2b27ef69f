// SPDX-License-Identifier: GPL-2.0-only
// A key is all of its bytes, also those between the members of a structure, of which C says
// nothing: htab_map_hash() and lookup_elem_raw() in kernel/bpf/hashtab.c look at memory.
#include "answers.h"

/* Three bytes of padding after `kind`. */
struct key {
	__u8 kind;
	__u32 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, struct key);
	__type(value, __u64);
} table SEC(".maps");

/* The same members, and other bytes in the hole. */
static __always_inline void fill(struct key *key, __u8 hole)
{
	__builtin_memset(key, hole, sizeof(*key));
	key->kind = 1;
	key->number = 5;
	/* Or clang sees that nobody in C could tell the difference. */
	asm volatile("" : : "r"(key) : "memory");
}

SEC("socket")
__success __retval(0)
__put(table, "u8:1 zero:3 u32:5", "u64:10")
ANSWER(0, 10) ANSWER(1, -1) ANSWER(2, 0)
__table(table, "u8:1 zero:3 u32:5", "u64:10") __table(table, "u8:1 hex:ffffff u32:5", "u64:20")
__table_entries(table, 2)
int padding_belongs_to_the_key(void *ctx)
{
	__u64 number = 20, *value;
	struct key key;

	fill(&key, 0);
	value = bpf_map_lookup_elem(&table, &key);
	answer(0, value ? *value : -1);
	fill(&key, 0xff);
	value = bpf_map_lookup_elem(&table, &key);
	answer(1, value ? *value : -1);
	answer_error(2, bpf_map_update_elem(&table, &key, &number, BPF_NOEXIST));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Keys and values of odd and large sizes: entries are rounded up to 8 bytes inside, and nothing of
// that is seen outside. htab_map_alloc_check() in kernel/bpf/hashtab.c, array_map_alloc() in
// kernel/bpf/arraymap.c.
#include "answers.h"

struct odd_key {
	__u8 bytes[3];
};

struct odd_value {
	__u8 bytes[5];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, struct odd_key);
	__type(value, struct odd_value);
} odd SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct odd_value);
} odd_array SEC(".maps");

SEC("socket")
__success __retval(0)
__put(odd, "hex:010203", "hex:1112131415")
__table(odd, "hex:010203", "hex:1112131416") __table(odd, "hex:010204", "hex:ffffffffff")
__table_entries(odd, 2)
int odd_keys_and_values(void *ctx)
{
	struct odd_value ones = { { 0xff, 0xff, 0xff, 0xff, 0xff } }, *value;
	struct odd_key key = { { 1, 2, 3 } };

	value = bpf_map_lookup_elem(&odd, &key);
	if (!value)
		return -1;
	value->bytes[4]++;
	key.bytes[2] = 4;
	return bpf_map_update_elem(&odd, &key, &ones, BPF_NOEXIST);
}

/* A write to all of one entry does not reach its neighbours. */
SEC("socket")
__success __retval(0)
__put(odd_array, "u32:0", "hex:0101010101") __put(odd_array, "u32:2", "hex:0202020202")
__table(odd_array, "u32:0", "hex:0101010101") __table(odd_array, "u32:1", "hex:ffffffffff")
__table(odd_array, "u32:2", "hex:0202020202")
int odd_values_side_by_side(void *ctx)
{
	struct odd_value ones = { { 0xff, 0xff, 0xff, 0xff, 0xff } };
	__u32 index = 1;

	return bpf_map_update_elem(&odd_array, &index, &ones, BPF_ANY);
}

struct large_key {
	__u8 bytes[256];
};

struct large_value {
	__u8 bytes[4096];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, struct large_key);
	__type(value, struct large_value);
} large SEC(".maps");

/* Of which more than one would not fit on the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct large_key);
} keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct large_value);
} values SEC(".maps");

/* Two keys of which only the last byte differs. */
SEC("socket")
__success __retval(3)
__put(keys, "u32:0", "zero:255 u8:1") __put(keys, "u32:1", "zero:255 u8:2")
__put(values, "u32:0", "u8:7 zero:4094 u8:9")
__table(large, "zero:255 u8:1", "u8:7 zero:4094 u8:9")
__table(large, "zero:255 u8:2", "u8:8 zero:4094 u8:9") __table_entries(large, 2)
int large_keys_and_values(void *ctx)
{
	__u32 zero = 0, one = 1;
	struct large_key *first = bpf_map_lookup_elem(&keys, &zero);
	struct large_key *second = bpf_map_lookup_elem(&keys, &one);
	struct large_value *value = bpf_map_lookup_elem(&values, &zero);
	int found = 0;

	if (!first || !second || !value)
		return -1;
	bpf_map_update_elem(&large, first, value, BPF_NOEXIST);
	value->bytes[0]++;
	bpf_map_update_elem(&large, second, value, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&large, first);
	if (value && value->bytes[0] == 7)
		found |= 1;
	value = bpf_map_lookup_elem(&large, second);
	if (value && value->bytes[0] == 8 && value->bytes[4095] == 9)
		found |= 2;
	return found;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 1 << 17);
} huge SEC(".maps");

SEC("socket")
__success __retval(0)
ANSWER(0, 5) ANSWER(1, 0)
int last_byte_of_a_huge_value(void *ctx)
{
	__u32 key = 0;
	__u8 *value = bpf_map_lookup_elem(&huge, &key);

	if (!value)
		return -1;
	value[(1 << 17) - 1] = 5;
	answer(0, value[(1 << 17) - 1]);
	answer(1, value[(1 << 17) - 2]);
	value[(1 << 17) - 1] = 0;
	return 0;
}

char _license[] SEC("license") = "GPL";

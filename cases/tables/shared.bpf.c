// SPDX-License-Identifier: GPL-2.0-only
// One table in several hands: user space fills it, filters that call one another work on it, user
// space finds what they left (bpf_map_update_value() in kernel/bpf/syscall.c, the helpers of
// kernel/bpf/helpers.c).
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

/* Keeps 1, changes 2, removes 3, adds 4. */
SEC("socket")
__success __retval(0)
__put(table, "u32:1", "u64:10") __put(table, "u32:2", "u64:20") __put(table, "u32:3", "u64:30")
__table(table, "u32:1", "u64:10") __table(table, "u32:2", "u64:60")
__table(table, "u32:4", "u64:40") __table_entries(table, 3)
int filter_works_on_what_user_space_left(void *ctx)
{
	__u32 two = 2, three = 3, four = 4;
	__u64 *value = bpf_map_lookup_elem(&table, &two), forty = 40;

	if (!value)
		return -1;
	*value *= 3;
	return bpf_map_delete_elem(&table, &three) |
	       bpf_map_update_elem(&table, &four, &forty, BPF_NOEXIST);
}

SEC("socket") __auxiliary
int doubles_the_value(void *ctx)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return -1;
	*value *= 2;
	return *value;
}

SEC("socket")
__success __retval(86)
__tail(jumps, 0, doubles_the_value)
__table(table, "u32:1", "u64:86") __table_entries(table, 1)
int filter_finds_what_another_left(void *ctx)
{
	__u32 key = 1;
	__u64 value = 43;

	bpf_map_update_elem(&table, &key, &value, BPF_ANY);
	bpf_tail_call(ctx, &jumps, 0);
	return -1;
}

/* The same filter a hundred times: each run goes on where the last one ended. */
SEC("tc")
__success __retval(100) __repeat(100)
__table(table, "u32:1", "u64:100")
int run_goes_on_where_the_last_ended(void *ctx)
{
	__u32 key = 1;
	__u64 one = 1, *value = bpf_map_lookup_elem(&table, &key);

	if (!value) {
		bpf_map_update_elem(&table, &key, &one, BPF_NOEXIST);
		return 1;
	}
	return ++*value;
}

/* All sixteen places, three times over, with the key in every byte of the value. */
SEC("socket")
__success __retval(0)
__table(table, "u32:0", "u64:0") __table(table, "u32:1", "u64:0x0101010101010101")
__table(table, "u32:15", "u64:0x0f0f0f0f0f0f0f0f") __table_entries(table, 16)
int table_filled_and_emptied_and_filled(void *ctx)
{
	int errors = 0;

	for (int round = 0; round < 3; round++) {
		for (__u32 i = 0; i < 16; i++) {
			__u64 value = i * 0x0101010101010101;
			__u32 key = i;

			if (round == 1)
				errors += !!bpf_map_delete_elem(&table, &key);
			else
				errors += !!bpf_map_update_elem(&table, &key, &value, BPF_NOEXIST);
		}
	}
	return errors;
}

char _license[] SEC("license") = "GPL";

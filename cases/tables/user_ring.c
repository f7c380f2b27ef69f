// SPDX-License-Identifier: GPL-2.0-only
/* A filter that reads what user space writes, for scenario_streams.py. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 65536);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sums SEC(".maps");

/* The sum of all numbers, and the sizes of all records. */
static long add_up(struct bpf_dynptr *record, void *ctx)
{
	__u32 first = 0, second = 1, number;
	__u64 *sum = bpf_map_lookup_elem(&sums, &first);
	__u64 *bytes = bpf_map_lookup_elem(&sums, &second);

	if (!sum || !bytes || bpf_dynptr_read(&number, sizeof(number), record, 0, 0))
		return 1;
	*sum += number;
	*bytes += sizeof(number);
	return 0;
}

SEC("tc")
int drain(void *ctx)
{
	return bpf_user_ringbuf_drain(&ring, add_up, 0, 0);
}

char _license[] SEC("license") = "GPL";

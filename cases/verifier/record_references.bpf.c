// SPDX-License-Identifier: GPL-2.0-only
// A reserved ring buffer record has a size, and must be submitted or discarded, from its beginning:
// check_reference_leak(), check_func_arg_reg_off() and check_mem_region_access() in
// kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("socket")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int record_neither_submitted_nor_discarded(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (record)
		*record = 1;
	return 0;
}

SEC("socket")
__failure __errno(EINVAL)
__msg("must have zero offset when passed to release func")
__kernels("5.11", "6.1") __failure __errno(EACCES)
__msg("dereference of modified alloc_mem ptr R1 off=8 disallowed")
__kernels("", "5.10") __success
int record_submitted_from_its_middle(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, 2 * sizeof(*record), 0);

	if (record)
		bpf_ringbuf_submit(record + 1, 0);
	return 0;
}

SEC("socket")
__failure __errno(EACCES)
__msg("invalid access to memory, mem_size=8 off=8 size=4")
int record_written_beyond_its_end(struct __sk_buff *skb)
{
	volatile __u32 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	record[2] = 1;
	bpf_ringbuf_submit((void *)record, 0);
	return 0;
}

SEC("socket")
__success __retval(1)
int record_filled_and_submitted(struct __sk_buff *skb)
{
	volatile __u32 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	record[0] = 1;
	record[1] = 2;
	bpf_ringbuf_submit((void *)record, 0);
	return 1;
}

char _license[] SEC("license") = "GPL";

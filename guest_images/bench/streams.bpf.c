/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters that write for user space: what `make bench` reads here and in the guest. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct record {
	__u64 words[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

SEC("tc")
int write_record(void *ctx)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record)
		return 1;
	record->words[0] = bpf_ktime_get_ns();
	record->words[7] = 7;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("tc")
int write_line(void *ctx)
{
	static const char format[] = "line of %d\n";

	bpf_trace_printk(format, sizeof(format), 4711);
	return 0;
}

char _license[] SEC("license") = "GPL";

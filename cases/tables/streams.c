// SPDX-License-Identifier: GPL-2.0-only
/* Filters that write records for user space, for scenario_streams.py. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define RING_SIZE 65536

struct record {
	__u64 number;
	__u64 text[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} other_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

enum { WRITTEN, REFUSED };

/* For filters that are run by one. */
static __always_inline __u64 count(__u32 slot)
{
	__u64 *value = bpf_map_lookup_elem(&counts, &slot);

	return value ? (*value)++ : 0;
}

/* For those that run wherever the event is. */
static __always_inline __u64 count_atomically(__u32 slot)
{
	__u64 *value = bpf_map_lookup_elem(&counts, &slot);

	return value ? __sync_fetch_and_add(value, 1) : 0;
}

/* A number that no record had before, and what became of the record. */
SEC("tc")
int write_ring(void *ctx)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count(REFUSED);
		return 1;
	}
	record->number = count(WRITTEN);
	record->text[0] = 0x0101010101010101;
	record->text[1] = ~record->number;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("tc")
int write_other_ring(void *ctx)
{
	__u32 number = count(WRITTEN);

	return bpf_ringbuf_output(&other_ring, &number, sizeof(number), 0);
}

/* Every second record is thrown away. */
SEC("tc")
int discard_half(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record)
		return 1;
	*record = count(WRITTEN);
	if (*record & 1)
		bpf_ringbuf_discard(record, 0);
	else
		bpf_ringbuf_submit(record, 0);
	return 0;
}

static char large[16384];

SEC("tc")
int write_large(void *ctx)
{
	large[0] = 1;
	large[sizeof(large) - 1] = 2;
	return bpf_ringbuf_output(&ring, large, sizeof(large), 0);
}

SEC("tc")
int write_perf(void *ctx)
{
	struct record record = { .number = count(WRITTEN), .text = { 5, 6 } };

	return bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &record, sizeof(record));
}

SEC("raw_tp/sys_enter")
int write_perf_of_cpu(void *ctx)
{
	struct record record = { .number = count(WRITTEN) };

	return bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &record, sizeof(record));
}

SEC("raw_tp/sys_enter")
int write_calls(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count_atomically(REFUSED);
		return 0;
	}
	*record = count_atomically(WRITTEN);
	bpf_ringbuf_submit(record, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";

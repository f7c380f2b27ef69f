// SPDX-License-Identifier: GPL-2.0-only
// Records in a ring: each takes a header of 8 bytes and is rounded up to 8, none is larger than the
// ring, and a full ring takes no more. __bpf_ringbuf_reserve() and bpf_ringbuf_query() in
// kernel/bpf/ringbuf.c. Nobody reads here: the positions say what is there.
#include "answers.h"

/* A power of two, and whole pages also where a page has 64 KiB. */
#define RING_SIZE 65536

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} ring SEC(".maps");

SEC("socket")
__success __retval(0)
ANSWER(0, 0) ANSWER(1, 65536) ANSWER(2, 0) ANSWER(3, 0)
int ring_begins_empty(void *ctx)
{
	answer(0, bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	answer(1, bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE));
	answer(2, bpf_ringbuf_query(&ring, BPF_RB_CONS_POS));
	answer(3, bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	return 0;
}

/* 8 + 20 makes 32, 8 + 8 is 16. What is thrown away still takes its place. */
SEC("socket")
__success __retval(0)
ANSWER(0, 32) ANSWER(1, 48) ANSWER(2, 0) ANSWER(3, 72) ANSWER(4, 72)
int records_take_their_place(void *ctx)
{
	char *record = bpf_ringbuf_reserve(&ring, 20, 0);
	__u64 numbers[2] = { 7, 8 };

	if (!record)
		return -1;
	record[19] = 1;
	answer(0, bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	record = bpf_ringbuf_reserve(&ring, 8, 0);
	if (!record)
		return -1;
	answer(1, bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	answer(2, bpf_ringbuf_output(&ring, numbers, sizeof(numbers), 0));
	answer(3, bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	answer(4, bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	return 0;
}

struct quarter {
	__u8 bytes[RING_SIZE / 4 - 8];
};

/* It never gets quite full: the fourth quarter finds no place, but what is shorter by 8 bytes does.
 * Then nothing fits any more, though that last record is not submitted yet; -EAGAIN.
 */
SEC("socket")
__success __retval(0)
ANSWER(0, 0) ANSWER(1, 1) ANSWER(2, 65528) ANSWER(3, -11) ANSWER(4, 65528)
int full_ring_refuses(void *ctx)
{
	struct quarter *record;
	__u32 number = 1;
	int refused = 0;

	for (int i = 0; i < 3; i++) {
		record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
		if (record)
			bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
		else
			refused++;
	}
	answer(0, refused);
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (record)
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	else
		answer(1, 1);
	record = bpf_ringbuf_reserve(&ring, sizeof(*record) - 8, 0);
	if (!record)
		return -1;
	answer(2, bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	answer(3, bpf_ringbuf_output(&ring, &number, sizeof(number), 0));
	bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	answer(4, bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	return 0;
}

/* A record as large as the ring has no place for its header. -EINVAL for unknown flags. */
SEC("socket")
__success __retval(0)
ANSWER(0, 1) ANSWER(1, -22) ANSWER(2, 0)
int ring_refuses_what_cannot_be(void *ctx)
{
	void *record = bpf_ringbuf_reserve(&ring, RING_SIZE, 0);
	__u32 number = 1;

	if (record)
		bpf_ringbuf_discard(record, 0);
	else
		answer(0, 1);
	answer(1, bpf_ringbuf_output(&ring, &number, sizeof(number), 8));
	answer(2, bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A dynptr is memory whose size is known at run time. On the stack it is opaque, must have been
// initialised, and if it stands for a ring buffer record be submitted or discarded:
// process_dynptr_func() and destroy_if_dynptr_stack_slot() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} pairs SEC(".maps");

static __always_inline void *pair(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&pairs, &key);
}

SEC("socket") __needs("bpf_dynptr_from_mem")
__success __retval(7)
__table(pairs, "u32:0", "u64:0 u32:7 zero:4")
int written_and_read_back(void *ctx)
{
	struct bpf_dynptr memory;
	__u32 number = 7;
	void *value = pair();

	if (!value || bpf_dynptr_from_mem(value, 16, 0, &memory))
		return 0;
	bpf_dynptr_write(&memory, 8, &number, sizeof(number), 0);
	number = 0;
	bpf_dynptr_read(&number, sizeof(number), &memory, 8, 0);
	return number;
}

/* Whether the offset fits is for the helper to find out, when it runs: -E2BIG. */
SEC("socket") __needs("bpf_dynptr_from_mem")
__success __retval(-7)
int read_beyond_the_end(void *ctx)
{
	struct bpf_dynptr memory;
	__u32 number;
	void *value = pair();

	if (!value || bpf_dynptr_from_mem(value, 16, 0, &memory))
		return 0;
	return bpf_dynptr_read(&number, sizeof(number), &memory, 13, 0);
}

SEC("socket") __needs("bpf_dynptr_from_mem")
__failure __errno(EACCES)
__msg("invalid access to map value, value_size=16 off=0 size=17")
int made_of_more_than_there_is(void *ctx)
{
	struct bpf_dynptr memory;
	void *value = pair();

	return value ? bpf_dynptr_from_mem(value, 17, 0, &memory) : 0;
}

SEC("socket") __needs("bpf_dynptr_from_mem")
__failure __errno(EINVAL)
__msg("Expected an initialized dynptr as R3")
__kernels("", "7.1") __msg("Expected an initialized dynptr as arg #")
int read_without_being_initialised(void *ctx)
{
	struct bpf_dynptr memory;
	__u32 number;

	return bpf_dynptr_read(&number, sizeof(number), &memory, 0, 0);
}

SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int record_neither_submitted_nor_discarded(void *ctx)
{
	struct bpf_dynptr record;

	bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &record);
	return 0;
}

/* Even if the reservation failed it must be given back. */
SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int failed_record_not_discarded(void *ctx)
{
	struct bpf_dynptr record;

	if (bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &record))
		return 0;
	bpf_ringbuf_submit_dynptr(&record, 0);
	return 0;
}

SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__success __retval(1)
int record_of_unknown_size_submitted(struct __sk_buff *skb)
{
	struct bpf_dynptr record;
	__u32 number = 1;
	int error;

	error = bpf_ringbuf_reserve_dynptr(&ring, skb->len, 0, &record);
	if (!error)
		bpf_dynptr_write(&record, 0, &number, sizeof(number), 0);
	bpf_ringbuf_submit_dynptr(&record, 0);
	return error ? 0 : number;
}

SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__failure __errno(EINVAL)
__msg("cannot overwrite referenced dynptr")
__kernels("", "6.1") __msg("Expected an initialized dynptr as arg #1")
int record_overwritten_by_the_program(void *ctx)
{
	struct bpf_dynptr record;

	bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &record);
	*(volatile __u64 *)&record = 0;
	bpf_ringbuf_discard_dynptr(&record, 0);
	return 0;
}

SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__failure __errno(EINVAL)
__msg("Expected an initialized dynptr as R1")
__kernels("", "7.1") __msg("arg 1 is an unacquired reference")
int record_submitted_twice(void *ctx)
{
	struct bpf_dynptr record;

	bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &record);
	bpf_ringbuf_submit_dynptr(&record, 0);
	bpf_ringbuf_submit_dynptr(&record, 0);
	return 0;
}

SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__failure __errno(EACCES)
__msg("invalid access to memory, mem_size=4 off=4 size=4")
int slice_read_beyond_its_end(void *ctx)
{
	struct bpf_dynptr record;
	volatile __u32 *slice;

	bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &record);
	slice = bpf_dynptr_data(&record, 0, 4);
	if (slice)
		slice[0] = slice[1];
	bpf_ringbuf_discard_dynptr(&record, 0);
	return 0;
}

SEC("socket") __needs("bpf_ringbuf_reserve_dynptr")
__flag(BPF_F_ANY_ALIGNMENT)
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
int slice_used_after_submission(void *ctx)
{
	struct bpf_dynptr record;
	volatile __u32 *slice;

	bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &record);
	slice = bpf_dynptr_data(&record, 0, 4);
	bpf_ringbuf_submit_dynptr(&record, 0);
	if (slice)
		*slice = 1;
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Reads through dynamic pointers: behind the end an error, through one that points nowhere too, and no
// slice of either. bpf_dynptr_read() and bpf_dynptr_data() in kernel/bpf/helpers.c.
#include "places.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[4]);
} area SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} ring SEC(".maps");


#define OF_32_BYTES(name, result, expression)                                             \
	SEC("raw_tp")                                                                     \
	__success __retval(result) __needs("bpf_dynptr_from_mem")                         \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[2] __attribute__((unused)) = {~0ull, ~0ull};\
		struct bpf_dynptr pointer;                                                \
		__u32 key = 0;                                                            \
		__u64 *value = bpf_map_lookup_elem(&area, &key);                          \
                                                                                          \
		if (!value)                                                               \
			return 1;                                                         \
		value[3] = 0x5555555555555555;                                            \
		bpf_dynptr_from_mem(value, 32, 0, &pointer);                              \
		return expression;                                                        \
	}

#define READ(at, size) bpf_dynptr_read(bytes, size, &pointer, at, 0)

OF_32_BYTES(read_up_to_the_end, 0, READ(16, 16) || bytes[0] || bytes[1] != 0x5555555555555555)
OF_32_BYTES(read_over_the_end_by_a_byte, -7, READ(17, 16))
OF_32_BYTES(read_behind_the_end, -7, READ(33, 1))
OF_32_BYTES(read_far_behind_the_end, -7, READ(0x7fffffff, 16))
OF_32_BYTES(read_around_the_end_of_numbers, -7, READ(-8u, 16))
OF_32_BYTES(slice_up_to_the_end, 1, bpf_dynptr_data(&pointer, 16, 16) != 0)
OF_32_BYTES(slice_over_the_end, 0, bpf_dynptr_data(&pointer, 17, 16) != 0)
OF_32_BYTES(slice_around_the_end_of_numbers, 0, bpf_dynptr_data(&pointer, -8u, 16) != 0)
OF_32_BYTES(write_over_the_end, -7, bpf_dynptr_write(&pointer, 17, bytes, 16, 0))

/* More than the ring has: a pointer to nowhere, which must be given back all the same. */
SEC("raw_tp")
__success __retval(-22) __needs("bpf_ringbuf_reserve_dynptr")
int record_that_was_not_reserved(void *ctx)
{
	__u64 bytes[2] = {~0ull, ~0ull};
	struct bpf_dynptr pointer;
	long error, kept;

	kept = bpf_ringbuf_reserve_dynptr(&ring, 1 << 20, 0, &pointer);
	error = bpf_dynptr_read(bytes, sizeof(bytes), &pointer, 0, 0);
	if (bpf_dynptr_data(&pointer, 0, 8))
		error = 1;
	bpf_ringbuf_discard_dynptr(&pointer, 0);
	return kept ? error : 2;
}

char _license[] SEC("license") = "GPL";

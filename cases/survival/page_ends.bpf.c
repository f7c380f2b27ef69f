// SPDX-License-Identifier: GPL-2.0-only
// Reads that begin in mapped memory and end behind it: all of the destination is zeroed, not only
// what could not be read. The memory is the kernel's: the end of a table that user space may map, behind
// which vmalloc() keeps a page free. For that of user space see stack_ends.bpf.c.
#include <case.h>

#define SIZE 16
/* A multiple of the pages of all architectures. */
#define AREA 65536

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, AREA);
} area SEC(".maps");

static __always_inline int zeroed(const __u64 *bytes)
{
	return !bytes[0] && !bytes[1];
}

/* The last `left` bytes of the area; 0x55 in them, or a text of `left` - 1 characters. */
static __always_inline char *tail(int left, int end_of_text)
{
	__u32 key = 0;
	char *value = bpf_map_lookup_elem(&area, &key);

	if (!value)
		return 0;
	for (int i = 0; i < left; i++)
		value[AREA - left + i] = 0x55;
	if (end_of_text)
		value[AREA - 1] = 0;
	return value + AREA - left;
}

SEC("raw_tp")
__success __retval(0)
int kernel_up_to_the_end(void *ctx)
{
	__u64 bytes[2] = {};
	long error = bpf_probe_read_kernel(bytes, SIZE, tail(SIZE, 0));

	return error ?: bytes[0] != 0x5555555555555555 || bytes[1] != bytes[0];
}

SEC("raw_tp")
__success __retval(-14)
int kernel_over_the_end(void *ctx)
{
	__u64 bytes[2] = {~0ull, ~0ull};
	long error = bpf_probe_read_kernel(bytes, SIZE, tail(12, 0));

	return zeroed(bytes) ? error : 1;
}

SEC("raw_tp")
__success __retval(-14)
int kernel_over_the_end_by_a_byte(void *ctx)
{
	__u64 bytes[2] = {~0ull, ~0ull};
	long error = bpf_probe_read_kernel(bytes, SIZE, tail(15, 0));

	return zeroed(bytes) ? error : 1;
}

SEC("raw_tp")
__success __retval(6)
int kernel_text_ends_with_the_page(void *ctx)
{
	__u64 bytes[2] = {~0ull, ~0ull};
	long size = bpf_probe_read_kernel_str(bytes, SIZE, tail(6, 1));

	return __builtin_memcmp(bytes, "UUUUU", 6) ? -1 : size;
}

SEC("raw_tp")
__success __retval(-14)
int kernel_text_without_end(void *ctx)
{
	__u64 bytes[2] = {~0ull, ~0ull};
	long size = bpf_probe_read_kernel_str(bytes, SIZE, tail(6, 0));

	return zeroed(bytes) ? size : 1;
}

char _license[] SEC("license") = "GPL";

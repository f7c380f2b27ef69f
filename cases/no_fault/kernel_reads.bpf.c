// SPDX-License-Identifier: GPL-2.0-only
// Holes in the kernel's half of memory, through bpf_probe_read_kernel() and its string form.
// For NULL, user space and garbage see cases/survival/kernel_pointers.bpf.c.
#include "places.h"

#define READ_BY(name, helper, address, where...)                                          \
	SEC("raw_tp")                                                                     \
	GIVES_NULLS where                                                                 \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[SIZE / 8] = {~0ull, ~0ull};                                   \
		long error = helper(bytes, SIZE, (void *)(address));                      \
                                                                                          \
		return judge(error, bytes);                                               \
	}

#define READ(name, address, where...)                                                     \
	READ_BY(name, bpf_probe_read_kernel, address, where)                              \
	READ_BY(name##_as_text, bpf_probe_read_kernel_str, address, where)

EACH_PLACE(READ)

/* Execute-only or emulated for user space, and never for the kernel: is_vsyscall_vaddr(). */
READ(vsyscall_page, VSYSCALL, __arch_x86_64)
READ(over_the_start_of_the_vsyscall_page, VSYSCALL - 8, __arch_x86_64)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 65536);
} large SEC(".maps");

/* Everything that was asked for is zeroed, not only what the stack would hold. */
SEC("raw_tp")
__success __retval(1)
int sixteen_pages(void *ctx)
{
	__u32 key = 0;
	char *to = bpf_map_lookup_elem(&large, &key);
	long error;

	if (!to)
		return 0;
	to[0] = to[4096] = to[65535] = 1;
	error = bpf_probe_read_kernel(to, 65536, (void *)BETWEEN_AREAS);
	if (error != -EFAULT && error != -ERANGE)
		return WRONG_ERROR;
	return to[0] || to[4096] || to[65535] ? NOT_ZEROED : ZEROED;
}

/* From the last bytes there are over the end of addresses to the first. */
SEC("raw_tp")
__success __retval(1)
int sixteen_pages_around_the_end(void *ctx)
{
	__u32 key = 0;
	char *to = bpf_map_lookup_elem(&large, &key);
	long error;

	if (!to)
		return 0;
	to[0] = to[65535] = 1;
	error = bpf_probe_read_kernel(to, 65536, (void *)-32768ull);
	if (error != -EFAULT && error != -ERANGE)
		return WRONG_ERROR;
	return to[0] || to[65535] ? NOT_ZEROED : ZEROED;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// bpf_probe_read_kernel_dynptr() and its kin, whose destination is a dynamic pointer: initialised memory,
// which what cannot be read leaves as it was (__bpf_dynptr_copy() in kernel/trace/bpf_trace.c), but for the
// first word. There copy_from_kernel_nofault() leaves what it had in a register (7.2.13 on x86_64: 1).
#include "places.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[4]);
} area SEC(".maps");

int bpf_probe_read_kernel_dynptr(const struct bpf_dynptr *to, __u32 at, __u32 size,
				 const void *from__ign) __ksym __weak;
int bpf_probe_read_user_dynptr(const struct bpf_dynptr *to, __u32 at, __u32 size,
			       const void *from__ign) __ksym __weak;

#define COPIED(name, function, number)                                                    \
	SEC("raw_tp")                                                                     \
	__success __retval(-14) __needs("bpf_probe_read_kernel_dynptr extended-arguments")                   \
	__modes("jit jit-harden")                                                         \
	int name(void *ctx)                                                               \
	{                                                                                 \
		struct bpf_dynptr pointer;                                                \
		__u64 address = (number);                                                 \
		__u32 key = 0;                                                            \
		__u64 *value = bpf_map_lookup_elem(&area, &key);                          \
		int error;                                                                \
                                                                                          \
		if (!value)                                                               \
			return 1;                                                         \
		value[1] = value[3] = ~0ull;                                              \
		bpf_dynptr_from_mem(value, 32, 0, &pointer);                              \
		__sink(address);                                                          \
		error = function(&pointer, 0, 32, (void *)address);                       \
		if (~value[1] || ~value[3])                                              \
			return 2;                                                         \
		return error == -ERANGE ? -EFAULT : error;                                \
	}

COPIED(copied_from_beyond_memory, bpf_probe_read_kernel_dynptr, BEYOND_MEMORY)
COPIED(copied_from_the_last_page, bpf_probe_read_kernel_dynptr, LAST_PAGE)
COPIED(copied_from_no_half, bpf_probe_read_kernel_dynptr, NO_HALF)
COPIED(user_copied_from_the_kernel, bpf_probe_read_user_dynptr, BETWEEN_AREAS)
COPIED(user_copied_from_null, bpf_probe_read_user_dynptr, 0)

char _license[] SEC("license") = "GPL";

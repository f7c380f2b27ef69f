// SPDX-License-Identifier: GPL-2.0-only
// bpf_probe_read() and bpf_probe_read_str(), which take addresses of both halves where those are apart:
// bpf_probe_read_compat() in kernel/trace/bpf_trace.c asks user space below TASK_SIZE, the kernel above.
#include "places.h"

#define READ_BY(name, helper, address)                                                    \
	SEC("raw_tp")                                                                     \
	GIVES_NULLS APART                                                                 \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[SIZE / 8] = {~0ull, ~0ull};                                   \
		long error = helper(bytes, SIZE, (void *)(address));                      \
                                                                                          \
		return judge(error, bytes);                                               \
	}

#define READ(name, address)                                                               \
	READ_BY(name, bpf_probe_read, address)                                            \
	READ_BY(name##_as_text, bpf_probe_read_str, address)

READ(null, 0)
READ(member_of_null, 0x123)
READ(user_space, USER_SPACE)
EACH_PLACE(READ)

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// The kernel's half of memory, mapped or not, through the helpers that read user space: access_ok() lets
// none of it through. bpf_copy_from_user() may sleep, so that a page could be brought in for it.
#include "places.h"

#define READ_BY(name, section, helper, address, needs...)                                 \
	SEC(section)                                                                      \
	GIVES_NULLS needs                                                                 \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[SIZE / 8] = {~0ull, ~0ull};                                   \
		long error = helper(bytes, SIZE, (void *)(address));                      \
                                                                                          \
		return judge(error, bytes);                                               \
	}

#define READ(name, address, where...)                                                     \
	READ_BY(name, "raw_tp", bpf_probe_read_user, address, where)                      \
	READ_BY(name##_as_text, "raw_tp", bpf_probe_read_user_str, address, where)        \
	READ_BY(name##_copied, "syscall", bpf_copy_from_user, address,                    \
		__needs("syscall-programs") where)

EACH_PLACE(READ)

/* Programs call into it, and may not read it (vsyscall=xonly). */
READ(vsyscall_page, VSYSCALL, __arch_x86_64)

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Addresses that are no user memory, through bpf_probe_read_user(), its string form, and
// bpf_copy_from_user(), which may sleep: -EFAULT, and all of the destination zeroed.
// bpf_probe_read_user_common() in kernel/trace/bpf_trace.c, access_ok() of the architecture.
#include <linux/errno.h>
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[8]);
} kernel SEC(".maps");

static __always_inline void *value_of_table(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&kernel, &key);
}

#define SIZE 16
#define ZEROED 1
#define NOT_ZEROED 2
#define WRONG_ERROR 3

static __always_inline int judge(long error, const __u64 *bytes)
{
	if (error != -EFAULT)
		return WRONG_ERROR;
	return !bytes[0] && !bytes[1] ? ZEROED : NOT_ZEROED;
}

#define READ(name, section, helper, address, needs...)                                    \
	SEC(section)                                                                      \
	__success __retval(ZEROED) needs                                                  \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[SIZE / 8] = {~0ull, ~0ull};                                   \
		long error = helper(bytes, SIZE, (void *)(address));                      \
                                                                                          \
		return judge(error, bytes);                                               \
	}

#define REFUSED(name, address, needs...)                                                  \
	READ(name, "raw_tp", bpf_probe_read_user, address, needs)                         \
	READ(name##_as_text, "raw_tp", bpf_probe_read_user_str, address, needs)           \
	READ(name##_copied, "syscall", bpf_copy_from_user, address,                       \
	     __needs("syscall-programs") needs)

/* Nothing is mapped below the smallest vm.mmap_min_addr in use, 4096. */
REFUSED(null, 0)
REFUSED(member_of_null, 0x123)
REFUSED(user_space_not_mapped, 0x33333333333ull)
REFUSED(first_of_no_half, 1ull << 63)
REFUSED(garbage, 0xdeadbeefdeadbeefull)
REFUSED(all_ones, ~0ull)
/* Memory that the kernel itself may well read; elsewhere the address may be one of user space, too. */
REFUSED(kernel_memory, value_of_table(), __needs("separate-address-spaces"))

char _license[] SEC("license") = "GPL";

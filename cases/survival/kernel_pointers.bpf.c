// SPDX-License-Identifier: GPL-2.0-only
// Addresses that are no kernel memory, through bpf_probe_read_kernel() and its string form: an error,
// and all of the destination zeroed. bpf_probe_read_kernel_common() in kernel/trace/bpf_trace.c,
// copy_from_kernel_nofault() and strncpy_from_kernel_nofault() in mm/maccess.c.
#include <linux/errno.h>
#include <case.h>

#define SIZE 16
#define ZEROED 1
#define NOT_ZEROED 2
#define WRONG_ERROR 3

static __always_inline int zeroed(const __u64 *bytes)
{
	return !bytes[0] && !bytes[1];
}

/* -ERANGE comes from architectures that look at the address before they touch it. */
static __always_inline int judge(long error, const __u64 *bytes)
{
	if (error != -EFAULT && error != -ERANGE)
		return WRONG_ERROR;
	return zeroed(bytes) ? ZEROED : NOT_ZEROED;
}

#define REFUSED(name, address, needs...)                                                  \
	SEC("raw_tp")                                                                     \
	__success __retval(ZEROED) needs                                                  \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[SIZE / 8] = {~0ull, ~0ull};                                   \
		long error;                                                               \
                                                                                          \
		error = bpf_probe_read_kernel(bytes, SIZE, (void *)(address));            \
		return judge(error, bytes);                                               \
	}                                                                                 \
                                                                                          \
	SEC("raw_tp")                                                                     \
	__success __retval(ZEROED) needs                                                  \
	int name##_as_text(void *ctx)                                                     \
	{                                                                                 \
		__u64 bytes[SIZE / 8] = {~0ull, ~0ull};                                   \
		long error;                                                               \
                                                                                          \
		error = bpf_probe_read_kernel_str(bytes, SIZE, (void *)(address));        \
		return judge(error, bytes);                                               \
	}

/*
 * Nothing is mapped below the smallest vm.mmap_min_addr in use, 4096. Where the kernel's addresses are
 * no others than those of user space, it may have something of its own there.
 */
#define APART __needs("separate-address-spaces")
REFUSED(null, 0, APART)
REFUSED(member_of_null, 0x123, APART)
/* The agent is a small program at the usual places; this is far above and below those. */
REFUSED(user_space_not_mapped, 0x33333333333ull)
/* Addresses with bits 63 to 48 neither all set nor all clear belong to no half of memory. */
REFUSED(first_of_no_half, 1ull << 63)
/* Neither all of it nor its lower half, which is what 32-bit kernels take, is an address of theirs. */
REFUSED(garbage, 0xbad0bad0bad0bad0ull)
REFUSED(all_ones, ~0ull)
REFUSED(wraps_around, -8ull)

char _license[] SEC("license") = "GPL";

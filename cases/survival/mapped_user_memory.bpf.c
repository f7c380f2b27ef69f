// SPDX-License-Identifier: GPL-2.0-only
// Memory that is there and belongs to user space, through bpf_probe_read_kernel(): the kernel refuses
// it nevertheless, and the destination is zeroed. copy_from_kernel_nofault_allowed() in arch/x86/mm/maccess.c.
#include <linux/errno.h>
#include <case.h>

#define SIZE 16
#define ZEROED 1
#define NOT_ZEROED 2
#define WRONG_ERROR 3

struct mm_struct {
	unsigned long start_stack;
} __attribute__((preserve_access_index));

struct task_struct {
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

/* -ERANGE comes from architectures that look at the address before they touch it. */
SEC("raw_tp")
__arch_x86_64
__success __retval(ZEROED) __needs("btf bpf_get_current_task_btf")
int stack_of_the_agent(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[SIZE / 8] = {~0ull, ~0ull};
	long error;

	error = bpf_probe_read_kernel(bytes, SIZE, (void *)task->mm->start_stack);
	if (error != -EFAULT && error != -ERANGE)
		return WRONG_ERROR;
	return !bytes[0] && !bytes[1] ? ZEROED : NOT_ZEROED;
}

char _license[] SEC("license") = "GPL";

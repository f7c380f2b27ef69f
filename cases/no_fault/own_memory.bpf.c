// SPDX-License-Identifier: GPL-2.0-only
// Memory of the task that runs, and of others: what is there is read right, and up to where it ends.
#include "places.h"
#include <bpf/bpf_core_read.h>

struct mm_struct {
	unsigned long start_stack, arg_start, arg_end, env_start, env_end, task_size;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	unsigned int flags;
	struct task_struct *real_parent;
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

#define CURRENT __needs("btf bpf_get_current_task_btf interpreted-helpers")

/* On the stack are the number of arguments and their addresses, and before them the texts themselves. */
SEC("raw_tp")
__success __retval(0) CURRENT
int order_of_the_stack(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	unsigned long number = 0, first = 0;

	if (bpf_probe_read_user(&number, sizeof(number), (void *)mm->start_stack))
		return 1;
	if (bpf_probe_read_user(&first, sizeof(first), (void *)mm->start_stack + sizeof(long)))
		return 2;
	return number < 1 || first != mm->arg_start;
}

/* A text ends with its null byte, and the answer is its size with it. */
SEC("raw_tp")
__success __retval(0) CURRENT
int first_argument(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	char name[64];
	long size = bpf_probe_read_user_str(name, sizeof(name), (void *)task->mm->arg_start);

	if (size < 2 || size > sizeof(name))
		return 1;
	return name[(size - 1) & 63] || !name[0];
}

SEC("raw_tp")
__success __retval(0) CURRENT
int first_argument_cut(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	char name[2] = "xy";
	long size = bpf_probe_read_user_str(name, sizeof(name), (void *)task->mm->arg_start);

	return size != 2 || !name[0] || name[1];
}

/* Where user space ends and nothing can be mapped, whatever is asked for. */
SEC("raw_tp")
GIVES_NULLS CURRENT
int last_word_of_user_space(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[2] = {~0ull, ~0ull};
	void *end = (void *)task->mm->task_size;

	return judge(bpf_probe_read_user(bytes, SIZE, end - 8), bytes);
}

SEC("raw_tp")
GIVES_NULLS CURRENT
int last_word_of_user_space_as_text(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[2] = {~0ull, ~0ull};
	void *end = (void *)task->mm->task_size;

	return judge(bpf_probe_read_user_str(bytes, SIZE, end - 1), bytes);
}

#define OF_TASK __needs("bpf_copy_from_user_task btf bpf_get_current_task_btf") __modes("jit jit-harden")

SEC("syscall")
GIVES_NULLS OF_TASK
int null_of_a_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[2] = {~0ull, ~0ull};

	return judge(bpf_copy_from_user_task(bytes, SIZE, 0, task, 0), bytes);
}

SEC("syscall")
GIVES_NULLS OF_TASK
int kernel_memory_of_a_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[2] = {~0ull, ~0ull};

	return judge(bpf_copy_from_user_task(bytes, SIZE, (void *)BETWEEN_AREAS, task, 0), bytes);
}

SEC("syscall")
GIVES_NULLS OF_TASK
int last_page_of_a_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[2] = {~0ull, ~0ull};

	return judge(bpf_copy_from_user_task(bytes, SIZE, (void *)ERROR_POINTER, task, 0), bytes);
}

SEC("syscall")
__success __retval(-22) OF_TASK
int flags_that_nobody_knows(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 bytes[2];

	return bpf_copy_from_user_task(bytes, SIZE, 0, task, 1);
}

SEC("syscall")
__success __retval(0) OF_TASK
int stack_of_a_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	unsigned long own = 0, other = 0;
	void *at = (void *)task->mm->start_stack;

	return bpf_copy_from_user(&own, sizeof(own), at) ?:
	       bpf_copy_from_user_task(&other, sizeof(other), at, task, 0) ?: own != other;
}

int bpf_copy_from_user_str(void *to, __u32 to__sz, const void *from__ign, __u64 flags) __ksym __weak;

/* With its flag the rest of the destination is zeroed, too; on an error all of it is. */
#define TEXT_COPIED(name, flags, address)                                                 \
	SEC("syscall")                                                                    \
	GIVES_NULLS __needs("bpf_copy_from_user_str") __modes("jit jit-harden")           \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[2] = {~0ull, ~0ull};                                          \
                                                                                          \
		return judge(bpf_copy_from_user_str(bytes, SIZE, (void *)(address), flags), bytes); \
	}

TEXT_COPIED(text_at_null_padded, 1, 0)
TEXT_COPIED(text_between_areas_padded, 1, BETWEEN_AREAS)
TEXT_COPIED(text_in_the_last_page_padded, 1, LAST_PAGE)

char _license[] SEC("license") = "GPL";

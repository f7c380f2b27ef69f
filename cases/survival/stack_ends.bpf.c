// SPDX-License-Identifier: GPL-2.0-only
// Reads that begin in the memory of user space and end behind it: all of the destination is zeroed,
// not only what could not be read. The memory is the end of the agent's stack, where execve(2) leaves a
// null pointer and behind which nothing can be mapped. For the kernel's own see page_ends.bpf.c.
#include <case.h>

#define SIZE 16
/* The largest page of all architectures. */
#define PAGE_MAX 65536

static __always_inline int zeroed(const __u64 *bytes)
{
	return !bytes[0] && !bytes[1];
}

struct mm_struct {
	unsigned long env_end;
} __attribute__((preserve_access_index));

struct task_struct {
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

/*
 * The end of the stack of the task that runs. Between the environment and the end there are only the
 * name of the program and a null pointer: they end at the first page end that nothing follows.
 */
static __always_inline const char *stack_end(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	unsigned long at = task->mm->env_end;
	__u64 word;

	for (unsigned long page = 4096; page <= PAGE_MAX; page *= 2) {
		unsigned long end = (at + page - 1) & -page;

		if (bpf_probe_read_user(&word, 1, (void *)end))
			return (void *)end;
	}
	return 0;
}

/*
 * Not in the interpreter: on arm64 it cannot call bpf_get_current_task_btf(), see inlined_helpers.bpf.c.
 */
#define BEFORE_THE_END(name, section, result, helper, left, needs...)                     \
	SEC(section)                                                                      \
	__success __retval(result) __modes("jit jit-harden")                              \
	__needs("btf bpf_get_current_task_btf") needs                                     \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 bytes[2] = {~0ull, ~0ull};                                          \
		const char *end = stack_end();                                            \
		long error;                                                               \
                                                                                          \
		if (!end)                                                                 \
			return 2;                                                         \
		error = helper(bytes, SIZE, end - (left));                                \
		return !error || zeroed(bytes) ? error : 1;                               \
	}

BEFORE_THE_END(user_up_to_the_end, "raw_tp", 0, bpf_probe_read_user, SIZE)
BEFORE_THE_END(user_over_the_end, "raw_tp", -14, bpf_probe_read_user, 12)
BEFORE_THE_END(user_over_the_end_by_a_byte, "raw_tp", -14, bpf_probe_read_user, 15)
#define SYSCALL __needs("syscall-programs")
BEFORE_THE_END(user_copied_up_to_the_end, "syscall", 0, bpf_copy_from_user, SIZE, SYSCALL)
BEFORE_THE_END(user_copied_over_the_end, "syscall", -14, bpf_copy_from_user, 12, SYSCALL)
BEFORE_THE_END(user_text_behind_the_end, "raw_tp", -14, bpf_probe_read_user_str, 0)

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Reads that begin in mapped memory and end behind it: all of the destination is zeroed, not only
// what could not be read. The kernel's side is the end of a table that user space may map, behind
// which vmalloc() keeps a page free; the user's side is the end of the agent's stack, where execve(2)
// leaves a null pointer and behind which nothing can be mapped.
#include <linux/errno.h>
#include <case.h>

#define SIZE 16
/* A multiple of the pages of all architectures. */
#define AREA 65536
#define PAGE_MAX 65536

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
#define BEFORE_THE_END(name, section, result, helper, left)                               \
	SEC(section)                                                                      \
	__success __retval(result) __needs("btf") __modes("jit jit-harden")               \
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
BEFORE_THE_END(user_copied_up_to_the_end, "syscall", 0, bpf_copy_from_user, SIZE)
BEFORE_THE_END(user_copied_over_the_end, "syscall", -14, bpf_copy_from_user, 12)
BEFORE_THE_END(user_text_behind_the_end, "raw_tp", -14, bpf_probe_read_user_str, 0)

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Areas of a task's memory at addresses where it has none: bpf_find_vma() in kernel/bpf/task_iter.c says
// -ENOENT and calls nothing, the iterator over areas ends at once.
#include "places.h"
#include <bpf/bpf_core_read.h>

struct vm_area_struct {
	unsigned long vm_start, vm_end;
} __attribute__((preserve_access_index));

struct file {
	unsigned int f_flags;
} __attribute__((preserve_access_index));

struct mm_struct {
	unsigned long start_stack, arg_start;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

struct sought {
	__u64 address;
	__u32 calls, wrong;
};

static long look(struct task_struct *task, struct vm_area_struct *vma, struct sought *sought)
{
	sought->calls++;
	sought->wrong += sought->address < vma->vm_start || sought->address >= vma->vm_end;
	return 0;
}

/* A function that is called back must be JITed. */
#define FINDS __modes("jit jit-harden") __needs("bpf_find_vma btf bpf_get_current_task_btf")

#define NO_AREA(name, number)                                                             \
	SEC("raw_tp")                                                                     \
	__success __retval(-2) FINDS                                                      \
	int name(void *ctx)                                                               \
	{                                                                                 \
		struct task_struct *task = bpf_get_current_task_btf();                    \
		struct sought sought = {number};                                          \
		long error = bpf_find_vma(task, number, look, &sought, 0);                \
                                                                                          \
		return sought.calls ? 1 : error;                                          \
	}

NO_AREA(at_null, 0)
NO_AREA(where_nothing_is_mapped, USER_SPACE)
NO_AREA(in_no_half, NO_HALF)
NO_AREA(in_the_kernel, BETWEEN_AREAS)
NO_AREA(in_the_last_page, LAST_PAGE)
NO_AREA(at_the_end, ~0ull)

SEC("raw_tp")
__success __retval(0) FINDS
int of_the_stack(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sought sought = {task->mm->start_stack};
	long error = bpf_find_vma(task, sought.address, look, &sought, 0);

	return error ?: sought.calls != 1 || sought.wrong;
}

SEC("raw_tp")
__success __retval(-22) FINDS
int with_flags_that_nobody_knows(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sought sought = {};

	return bpf_find_vma(task, 0, look, &sought, 1);
}

struct bpf_iter_task_vma {
	__u64 opaque[1];
} __attribute__((aligned(8)));

int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task, __u64 from)
	__ksym __weak;
struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym __weak;
void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym __weak;

/* Not on the stack, where the verifier would follow their values from area to area. */
__u64 last_end;
__u32 areas, wrong;

#define WALKS(name, from, most)                                                           \
	SEC("raw_tp")                                                                     \
	__success __retval(0) __modes("jit jit-harden") __needs("bpf_iter_task_vma_new")  \
	int name(void *ctx)                                                               \
	{                                                                                 \
		struct task_struct *task = bpf_get_current_task_btf();                    \
		struct vm_area_struct *vma;                                               \
		struct bpf_iter_task_vma it;                                              \
                                                                                          \
		bpf_iter_task_vma_new(&it, task, from);                                   \
		while ((vma = bpf_iter_task_vma_next(&it))) {                             \
			areas++;                                                          \
			wrong += vma->vm_start < last_end;                                \
			last_end = vma->vm_end;                                           \
		}                                                                         \
		bpf_iter_task_vma_destroy(&it);                                           \
		return wrong || areas > (most) || ((most) && !areas);                \
	}

WALKS(walk_over_all, 0, 1000)
WALKS(walk_from_the_last_page, LAST_PAGE, 0)
WALKS(walk_from_the_end, ~0ull, 0)
WALKS(walk_in_the_kernel, BETWEEN_AREAS, 0)

char _license[] SEC("license") = "GPL";

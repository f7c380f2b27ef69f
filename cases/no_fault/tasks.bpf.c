// SPDX-License-Identifier: GPL-2.0-only
// Walks over tasks further than they lead: past the first ancestor, through what kernel threads and
// daemons do not have, around a list that changes meanwhile, to tasks of numbers nobody has.
#include "places.h"
#include <bpf/bpf_core_read.h>

struct list_head {
	struct list_head *next;
} __attribute__((preserve_access_index));

struct tty_struct {
	int count;
	char name[64];
} __attribute__((preserve_access_index));

struct signal_struct {
	struct tty_struct *tty;
} __attribute__((preserve_access_index));

struct mm_struct {
	unsigned long start_code, start_stack;
} __attribute__((preserve_access_index));

struct bio_list {
	void *head;
} __attribute__((preserve_access_index));

struct io_context {
	unsigned short ioprio;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	unsigned int flags;
	struct task_struct *real_parent, *group_leader;
	struct list_head children, tasks;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct io_context *io_context;
	struct bio_list *bio_list;
} __attribute__((preserve_access_index));

/* On arm64 the interpreter cannot call it: cases/survival/inlined_helpers.bpf.c. */
#define CURRENT __needs("btf bpf_get_current_task_btf interpreted-helpers")

SEC("raw_tp")
__success __retval(0) CURRENT
int hundred_ancestors(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	for (int i = 0; i < 100; i++)
		task = task->real_parent;
	return task->pid | task->real_parent->group_leader->real_parent->pid;
}

SEC("raw_tp")
__success __retval(0) CURRENT APART
int memory_of_the_first_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	for (int i = 0; i < 20; i++)
		task = task->real_parent;
	return task->mm->start_code || task->mm->start_stack;
}

/* The agent has no terminal. */
SEC("raw_tp")
__success __retval(0) CURRENT APART
int terminal_of_a_task_without(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tty_struct *tty = task->signal->tty;

	return tty->count || tty->name[0] || tty->name[63];
}

SEC("raw_tp")
__success __retval(-14) CURRENT APART
int terminal_of_a_task_without_copied(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	char name[64] = "not zeroed";
	long error = BPF_CORE_READ_STR_INTO(&name, task, signal, tty, name);

	if (name[0] || name[9])
		return 1;
	return error == -ERANGE ? -EFAULT : error;
}

/* Only a task that submits a block request has one. */
SEC("raw_tp")
__success __retval(0) CURRENT APART
int block_requests_of_a_task_without(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return task->bio_list->head != 0;
}

/* A ring: there is always a next one, and after a while one knows it already. */
SEC("raw_tp")
__success __retval(0) CURRENT
int around_all_tasks(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct list_head *at = &task->tasks;

	for (int i = 0; i < 200; i++) {
		long error = bpf_core_read(&at, sizeof(at), &at->next);

		if (error)
			return error;
	}
	return !at;
}

/* The agent works alone: its list of children is empty, and leads back into itself. */
SEC("raw_tp")
__success __retval(0) CURRENT
int list_taken_for_a_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct list_head *head = task->children.next;
	struct task_struct *wrong = (void *)head;
	long error = 0;

	/* Whatever lies there: read, followed, and read again. */
	for (int i = 0; i < 16; i++) {
		error = bpf_core_read(&wrong, sizeof(wrong), &wrong->real_parent);
		if (error)
			break;
	}
	if (error && error != -EFAULT && error != -ERANGE)
		return 1;
	return error && wrong ? 2 : 0;
}

struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
void bpf_task_release(struct task_struct *task) __ksym __weak;

#define NOBODY(name, number)                                                              \
	SEC("tp_btf/signal_generate")                                                     \
	__success __modes("jit jit-harden") __needs("bpf_task_from_pid")                  \
	__trigger("kill -URG $$") __table(found, "u32:0", "u32:1")                        \
	__table(found, "u32:1", "u32:0")                                                  \
	int name(void *ctx)                                                               \
	{                                                                                 \
		struct task_struct *task = bpf_task_from_pid(number);                     \
		__u32 key = 0, one = 1;                                                   \
                                                                                          \
		bpf_map_update_elem(&found, &key, &one, BPF_ANY);                         \
		if (task) {                                                               \
			key = 1;                                                          \
			bpf_map_update_elem(&found, &key, &one, BPF_ANY);                 \
			bpf_task_release(task);                                           \
		}                                                                         \
		return 0;                                                                 \
	}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} found SEC(".maps");

NOBODY(task_of_number_0, 0)
NOBODY(task_of_a_negative_number, -1)
NOBODY(task_of_the_smallest_number, -2147483647 - 1)
NOBODY(task_of_the_largest_number, 2147483647)

char _license[] SEC("license") = "GPL";

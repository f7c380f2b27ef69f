// SPDX-License-Identifier: GPL-2.0-only
// Files of the task that runs, and of numbers it has not opened: whatever a step finds, the next one goes
// on from there, and ends in nulls.
#include "places.h"
#include <bpf/bpf_core_read.h>

struct inode {
	unsigned long i_ino;
	unsigned short i_mode;
} __attribute__((preserve_access_index));

struct file {
	unsigned int f_flags;
	struct inode *f_inode;
	void *private_data;
} __attribute__((preserve_access_index));

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} __attribute__((preserve_access_index));

struct files_struct {
	struct fdtable *fdt;
} __attribute__((preserve_access_index));

struct task_struct {
	struct files_struct *files;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

#define CURRENT __needs("btf bpf_get_current_task_btf interpreted-helpers")

/* The file of that number, wherever that leads. */
static __always_inline struct file *file_of(struct task_struct *task, long number)
{
	struct file **at = BPF_CORE_READ(task, files, fdt, fd), *file = 0;

	bpf_probe_read_kernel(&file, sizeof(file), at + number);
	return file;
}

/* Signals of errors have numbers of their own: what was read right is 0. */
SEC("raw_tp")
__success __retval(0) CURRENT
int standard_input(void *ctx)
{
	struct file *file = file_of(bpf_get_current_task_btf(), 0);

	return !file || !BPF_CORE_READ(file, f_inode, i_mode);
}

/* The table is full of null pointers up to its end. */
SEC("raw_tp")
__success __retval(0) CURRENT APART
int number_that_is_not_open(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	unsigned int last = BPF_CORE_READ(task, files, fdt, max_fds) - 1;
	struct file *file = file_of(task, last);

	return file || BPF_CORE_READ(file, f_inode, i_mode);
}

/* Behind the table is anything. Its value is not asked for, only that the kernel lives. */
#define ANYTHING(name, number)                                                            \
	SEC("raw_tp")                                                                     \
	__success __retval(0) CURRENT                                                     \
	int name(void *ctx)                                                               \
	{                                                                                 \
		struct file *file = file_of(bpf_get_current_task_btf(), number);          \
		struct inode *inode = BPF_CORE_READ(file, f_inode);                       \
		unsigned long word = ~0ul;                                                \
		long error = bpf_core_read(&word, sizeof(word), &inode->i_ino);           \
                                                                                          \
		return error && (word || (error != -EFAULT && error != -ERANGE));         \
	}

ANYTHING(number_behind_the_table, 100000)
ANYTHING(number_far_behind_the_table, 1l << 40)
ANYTHING(number_before_the_table, -1)
ANYTHING(number_far_before_the_table, -(1l << 40))

/* The first task has files of its own, all closed. */
SEC("raw_tp")
__success __retval(0) CURRENT APART
int file_of_the_first_task(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	for (int i = 0; i < 20; i++)
		task = task->real_parent;
	return file_of(task, 0) != 0;
}

/* What a plain file has there is NULL, what others have is their own: read as a file of its own. */
SEC("raw_tp")
__success __retval(0) CURRENT
int private_data_taken_for_a_file(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of(task, 0);
	long error = 0;

	for (int i = 0; i < 8; i++)
		error = bpf_core_read(&file, sizeof(file), &file->private_data);
	return error && (file || (error != -EFAULT && error != -ERANGE));
}

char _license[] SEC("license") = "GPL";

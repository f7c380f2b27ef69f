// SPDX-License-Identifier: GPL-2.0-only
// What a task has, before it goes; for the scenario beside it.
#include "kept.h"
#include <bpf/bpf_core_read.h>

struct path {
	void *mnt, *dentry;
} __attribute__((preserve_access_index));

struct file {
	struct path f_path;
	void *f_inode;
} __attribute__((preserve_access_index));

struct fdtable {
	struct file **fd;
} __attribute__((preserve_access_index));

struct files_struct {
	struct fdtable *fdt;
} __attribute__((preserve_access_index));

struct mm_struct {
	void *pgd, *exe_file;
} __attribute__((preserve_access_index));

struct task_struct {
	void *stack, *signal, *sighand, *fs, *cred;
	struct mm_struct *mm;
	struct files_struct *files;
} __attribute__((preserve_access_index));

/* A program that has just replaced a copy of the shell, and ends soon after. */
SEC("?raw_tp/sched_process_exec")
int remember_its_things(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct file **fds = BPF_CORE_READ(task, files, fdt, fd), *file = 0;

	bpf_probe_read_kernel(&file, sizeof(file), fds + 1);
	keep(0, task);
	keep(1, BPF_CORE_READ(task, stack));
	keep(2, BPF_CORE_READ(task, mm));
	keep(3, BPF_CORE_READ(task, mm, pgd));
	keep(4, BPF_CORE_READ(task, files));
	keep(5, fds);
	keep(6, file);
	keep(7, BPF_CORE_READ(file, f_inode));
	keep(8, BPF_CORE_READ(file, f_path.dentry));
	keep(9, BPF_CORE_READ(task, signal));
	keep(10, BPF_CORE_READ(task, sighand));
	keep(11, BPF_CORE_READ(task, fs));
	keep(12, BPF_CORE_READ(task, cred));
	keep(13, BPF_CORE_READ(task, mm, exe_file));
	return 0;
}

void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

/* Taken for a task and followed, with plain loads. */
SEC("?raw_tp")
int follow_place(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = place(ctx);

	if (!task)
		return -1;
	task = bpf_rdonly_cast(task, bpf_core_type_id_kernel(struct task_struct));
	/* What they give is not asked for. */
	asm volatile("" :: "r"(task->mm->pgd), "r"(task->files->fdt->fd), "r"(task->cred));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Where things of the kernel are, kept as numbers, and what reads them when they are gone; for the
// scenario beside it.
#include "places.h"
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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} places SEC(".maps");

static __always_inline void keep(__u32 slot, const void *place)
{
	__u64 number = (__u64)place;

	if (number)
		bpf_map_update_elem(&places, &slot, &number, BPF_ANY);
}

/* A program that has just replaced the shell's copy of itself, and ends soon after. */
SEC("?raw_tp/sched_process_exec")
int remember_task(struct bpf_raw_tracepoint_args *ctx)
{
	keep(0, (void *)ctx->args[0]);
	return 0;
}

/* The same with all it holds. */
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

#define AREA (256 * 1024)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, AREA);
} area SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 64);
	__type(key, __u32);
	__uint(value_size, 2048);
} entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 8192);
} of_each_cpu SEC(".maps");

/* Where the values of the three tables are. */
SEC("?raw_tp")
int remember_tables(void *ctx)
{
	__u32 key = 0;

	keep(0, bpf_map_lookup_elem(&area, &key));
	keep(1, bpf_map_lookup_elem(&entries, &key));
	keep(2, bpf_map_lookup_elem(&of_each_cpu, &key));
	return 0;
}

static __always_inline void *place(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 slot = ctx->args[0];
	__u64 *number = bpf_map_lookup_elem(&places, &slot);

	return number ? (void *)*number : 0;
}

/* Words at each 256th byte of 16 KiB, then 256 bytes as text: how many reads were wrong. */
SEC("?raw_tp")
int read_place(struct bpf_raw_tracepoint_args *ctx)
{
	char *at = place(ctx), text[256];
	int wrong = 0;
	long size;

	if (!at)
		return -1;
	for (int i = 0; i < 64; i++) {
		__u64 word = ~0ull;
		long error = bpf_probe_read_kernel(&word, sizeof(word), at + i * 256);

		wrong += error && (word || (error != -EFAULT && error != -ERANGE));
	}
	size = bpf_probe_read_kernel_str(text, sizeof(text), at);
	return wrong + (size < 0 && size != -EFAULT && size != -ERANGE) + (size > (long)sizeof(text));
}

void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

/* Taken for a task and followed, with plain loads; what they give is not asked for. */
SEC("?raw_tp")
int follow_place(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = place(ctx);

	if (!task)
		return -1;
	task = bpf_rdonly_cast(task, bpf_core_type_id_kernel(struct task_struct));
	if (task->mm->pgd == (void *)1 && task->files->fdt->fd == (void *)1)
		return 1;
	return task->cred == (void *)1;
}

char _license[] SEC("license") = "GPL";

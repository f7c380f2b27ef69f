// SPDX-License-Identifier: GPL-2.0-only
// Iterators: a filter is run for each object of a kind there is, and prints what the reader gets
// (bpf_seq_read() in kernel/bpf/bpf_iter.c); after the last it is run once more, without one.
#include "iterators.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} stock SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u64);
} shelf SEC(".maps");

SEC("iter/task")
__success __needs("iterators")
__read("task 1 init") __read("task 2 kthreadd") __read("{{end of [0-9]+}}")
int every_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task) {
		print(ctx->meta, "end of %d\n", (int)ctx->meta->seq_num);
		return 0;
	}
	print(ctx->meta, "task %d %s\n", task->pid, task->comm);
	return 0;
}

// Keys and values of a table that the filter brings.
SEC("iter/bpf_map_elem")
__success __needs("iterators")
__event("iter/bpf_map_elem:stock")
__put(stock, "u32:1", "u64:11") __put(stock, "u32:2", "u64:22")
__read("0 = 0") __read("1 = 11") __read("2 = 22") __read("end")
int every_element(struct bpf_iter__bpf_map_elem *ctx)
{
	__u32 *key = ctx->key;
	__u64 *value = ctx->value;

	if (!key || !value) {
		print(ctx->meta, "end\n");
		return 0;
	}
	print(ctx->meta, "%d = %d\n", *key, (int)*value);
	return 0;
}

SEC("iter/bpf_map")
__success __needs("iterators")
__read("table shelf holds 5")
int every_table(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;

	if (map)
		print(ctx->meta, "table %s holds %d\n", map->name, map->max_entries);
	return 0;
}

SEC("iter/bpf_prog")
__success __needs("bpf_iter__bpf_prog")
__read("filter every_filter")
int every_filter(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *prog = ctx->prog;

	if (prog)
		print(ctx->meta, "filter %s\n", prog->aux->name);
	return 0;
}

// The files of all tasks. PID 1 began with the console open.
SEC("iter/task_file")
__success __needs("iterators")
__read("1 has file 0")
int every_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;

	if (task && ctx->file && task->pid == 1)
		print(ctx->meta, "%d has file %d\n", task->pid, ctx->fd);
	return 0;
}

SEC("iter/task_vma")
__success __needs("bpf_iter__task_vma")
__read("{{init maps [0-9]+ bytes}}")
int every_mapping(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct task_struct *task = ctx->task;

	if (vma && task && task->pid == 1)
		print(ctx->meta, "%s maps %lu bytes\n", task->comm, vma->vm_end - vma->vm_start);
	return 0;
}

char _license[] SEC("license") = "GPL";

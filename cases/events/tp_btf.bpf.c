// SPDX-License-Identifier: GPL-2.0-only
// Tracepoints whose arguments have types: struct members are followed with plain loads, which
// btf_struct_access() in kernel/bpf/btf.c checks.
#include "processes.h"

struct task_struct {
	int exit_code;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
} __attribute__((preserve_access_index));

// sched_process_exit(task): a status of 7 is 7 << 8.
SEC("tp_btf/sched_process_exit")
__success __needs("btf")
__trigger("(exit 7); (exit 9); (exit 7); true")
__table(seen, "s64:1792", "u64:2")
__table(seen, "s64:2304", "u64:1")
int member_of_an_argument(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	if (task->comm[0] == 's' && task->comm[1] == 'h')
		count(task->exit_code);
	return 0;
}

// sched_process_fork(parent, child): through a pointer in what is pointed to.
SEC("tp_btf/sched_process_fork")
__success __needs("btf")
__trigger("busybox true; busybox true; true")
__table(seen, "s64:0", "u64:2")
__table_entries(seen, 1)
int member_of_a_member(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];

	if (parent->comm[0] == 's' && parent->comm[1] == 'h' && !parent->comm[2])
		count(child->real_parent->tgid - parent->tgid);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
/* A value for a cgroup, for scenario_storage.py. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} of_cgroups SEC(".maps");

/* Counts the system calls of a cgroup that has a value. */
SEC("tp_btf/sys_enter")
int count_calls(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *times = bpf_cgrp_storage_get(&of_cgroups, task->cgroups->dfl_cgrp, 0, 0);

	if (times)
		__sync_fetch_and_add(times, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";

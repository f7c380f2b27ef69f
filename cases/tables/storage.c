// SPDX-License-Identifier: GPL-2.0-only
/* Values that belong to something and go with it, for scenario_storage.py. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct note {
	__u64 times;
	__u32 first;
};

#define STORAGE(name, kind)					\
	struct {						\
		__uint(type, kind);				\
		__uint(map_flags, BPF_F_NO_PREALLOC);		\
		__type(key, int);				\
		__type(value, struct note);			\
	} name SEC(".maps")

STORAGE(of_tasks, BPF_MAP_TYPE_TASK_STORAGE);

static volatile const __u32 marked = 7;

/* Every system call of a task that has a note is counted in it. */
SEC("raw_tp/sys_enter")
int count_calls(void *ctx)
{
	struct note *note;

	note = bpf_task_storage_get(&of_tasks, bpf_get_current_task_btf(), 0, 0);
	if (note)
		__sync_fetch_and_add(&note->times, 1);
	return 0;
}

/* The same, for every task there is. */
SEC("raw_tp/sys_exit")
int count_all(void *ctx)
{
	struct note *note;

	note = bpf_task_storage_get(&of_tasks, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (note) {
		note->first = marked;
		__sync_fetch_and_add(&note->times, 1);
	}
	return 0;
}

char _license[] SEC("license") = "GPL";

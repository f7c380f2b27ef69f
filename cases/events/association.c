// SPDX-License-Identifier: GPL-2.0-only
// Filters of functions and tracepoints. Only what triggers do counts: the agent forks as well.
#include "association.h"

static __always_inline int is_trigger(void)
{
	char name[16];

	if (bpf_get_current_comm(name, sizeof(name)))
		return 0;
	return name[0] == 'f' && name[1] == 'i' && name[2] == 'r' && name[3] == 'e' && !name[4];
}

static __always_inline int note_trigger(__u32 filter)
{
	if (is_trigger())
		note(filter);
	return 0;
}

#define FILTER(name, section, number) \
	SEC(section) int name(void *ctx) { return note_trigger(number); }
#define THREE(kind, section) \
	FILTER(kind##_1, section, 1) \
	FILTER(kind##_2, section, 2) \
	FILTER(kind##_3, section, 3)

THREE(raw, "?raw_tp/sched_process_fork")
THREE(tp, "?tp/sched/sched_process_fork")
THREE(probe, "?kprobe/shmem_rmdir")
THREE(entry, "?fentry/shmem_rmdir")
THREE(exit, "?fexit/shmem_rmdir")
THREE(multi, "?kprobe.multi/shmem_rmdir")
FILTER(counter_1, "?perf_event", 1)


char _license[] SEC("license") = "GPL";

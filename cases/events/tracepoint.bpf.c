// SPDX-License-Identifier: GPL-2.0-only
// Tracepoints: perf_trace_run_bpf_submit() in kernel/events/core.c. A process that is forked is seen
// in the one that forks, and ends as itself.
#include "processes.h"

SEC("tracepoint")
__success __needs("tracefs")
__event("tracepoint/sched/sched_process_fork") __event("tp/sched/sched_process_exit")
__trigger("busybox true; busybox true; busybox true; true")
__table(seen, "s64:1", "u64:4")
__table(seen, "s64:2", "u64:3")
__table_entries(seen, 2)
int one_filter_on_two_tracepoints(void *record)
{
	count_process();
	return 0;
}

// What the annotation says is attached to, not what the section says.
SEC("tp/sched/sched_process_fork")
__success __needs("tracefs")
__event("tp/sched/sched_process_exit")
__trigger("busybox true; busybox true; true")
__table(seen, "s64:1", "u64:1")
__table(seen, "s64:2", "u64:2")
__table_entries(seen, 2)
int event_instead_of_section(void *record)
{
	count_process();
	return 0;
}

char _license[] SEC("license") = "GPL";

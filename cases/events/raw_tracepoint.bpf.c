// SPDX-License-Identifier: GPL-2.0-only
// Raw arguments of tracepoints: bpf_trace_run2() and its like in kernel/trace/bpf_trace.c.
#include "processes.h"

// sched_process_exit(task): programs, and then the shell.
SEC("raw_tp/sched_process_exit")
__success
__trigger("busybox true; busybox true; busybox true; true")
__table(seen, "s64:1", "u64:1")
__table(seen, "s64:2", "u64:3")
__table_entries(seen, 2)
int processes_end(struct bpf_raw_tracepoint_args *ctx)
{
	count_process();
	return 0;
}

SEC("raw_tp")
__success
__event("raw_tp/sched_process_fork") __event("raw_tracepoint/sched_process_exit")
__trigger("busybox true; busybox true; true")
__table(seen, "s64:1", "u64:3")
__table(seen, "s64:2", "u64:2")
__table_entries(seen, 2)
int one_filter_on_two_tracepoints(struct bpf_raw_tracepoint_args *ctx)
{
	count_process();
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Counters that overflow, on all CPUs: bpf_overflow_handler() in kernel/events/core.c. How often one
// does is not for a case to say; that it does is.
#include <linux/bpf_perf_event.h>
#include "counts.h"

static __always_inline void note(__s64 what)
{
	__u64 one = 1;

	bpf_map_update_elem(&seen, &what, &one, BPF_ANY);
}

// Time that goes by on a CPU, in nanoseconds.
SEC("perf_event")
__success __needs("perf-events")
__event("perf_event/cpu-clock/1000000")
__trigger("@cpu 30")
__table(seen, "s64:1000000", "u64:1")
__table_entries(seen, 1)
int time_goes_by(struct bpf_perf_event_data *ctx)
{
	note(ctx->sample_period);
	return 0;
}

// Memory that is there once it is touched.
SEC("perf_event")
__success __needs("perf-events")
__event("perf_event/page-faults")
__trigger("@fault 16")
__table(seen, "s64:1", "u64:1")
__table_entries(seen, 1)
int page_is_not_there(struct bpf_perf_event_data *ctx)
{
	if (runs("fire") && ctx->addr)
		note(ctx->sample_period);
	return 0;
}

// Who sleeps gives the CPU away.
SEC("perf_event")
__success __needs("perf-events")
__event("perf_event/context-switches")
__trigger("@timer times=3 20")
__table(seen, "s64:1", "u64:1")
__table_entries(seen, 1)
int task_gives_way(struct bpf_perf_event_data *ctx)
{
	if (runs("fire"))
		note(ctx->sample_period);
	return 0;
}

// Every second fault only: a period of a counter that is no clock counts events.
SEC("perf_event")
__success __needs("perf-events")
__event("perf_event/page-faults/2") __event("perf_event/minor-faults")
__trigger("@fault 16")
__table(seen, "s64:1", "u64:1")
__table(seen, "s64:2", "u64:1")
__table_entries(seen, 2)
int periods_of_two_counters(struct bpf_perf_event_data *ctx)
{
	if (runs("fire"))
		note(ctx->sample_period);
	return 0;
}

char _license[] SEC("license") = "GPL";

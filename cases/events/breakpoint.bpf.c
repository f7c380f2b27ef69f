// SPDX-License-Identifier: GPL-2.0-only
// Hardware breakpoints: the processor's debug registers call the filter for memory of the kernel, or
// of the process that has it at this address.
#include <linux/bpf_perf_event.h>
#include "counts.h"

/* The kernel steps over an instruction of its own that was stopped at; on arm64 an interrupt may come
 * first, and then it is stopped at again. So each of these is seen once at least.
 */
static __always_inline void note(__s64 what)
{
	__u64 one = 1;

	bpf_map_update_elem(&seen, &what, &one, BPF_ANY);
}

// The variable behind a sysctl is written by whoever writes the sysctl, and by nobody else.
SEC("perf_event")
__success __needs("breakpoints data-symbols")
__event("perf_event/mem:printk_delay_msec:w")
__trigger("echo 0 > /proc/sys/kernel/printk_delay")
__table(seen, "s64:0", "u64:1")
__table_entries(seen, 1)
int variable_is_written(struct bpf_perf_event_data *ctx)
{
	if (runs("sh"))
		note(0);
	return 0;
}

// Reading one is not writing it.
SEC("perf_event")
__success __needs("breakpoints data-symbols")
__event("perf_event/mem:printk_delay_msec:w")
__trigger("cat /proc/sys/kernel/printk_delay /proc/sys/kernel/printk_delay")
__table_entries(seen, 0)
int variable_is_read(struct bpf_perf_event_data *ctx)
{
	count(0);
	return 0;
}

SEC("perf_event")
__success __needs("breakpoints data-symbols")
__event("perf_event/mem:printk_delay_msec:rw")
__trigger("read x < /proc/sys/kernel/printk_delay; echo 0 > /proc/sys/kernel/printk_delay")
__table(seen, "s64:1", "u64:1")
__table_entries(seen, 1)
int variable_is_read_or_written(struct bpf_perf_event_data *ctx)
{
	note(1);
	return 0;
}

// The agent's variable, in a process that it forks.
SEC("perf_event")
__success __needs("breakpoints")
__event("perf_event/mem:fire_target:w")
__trigger("@touch times=5 write")
__table(seen, "s64:0", "u64:5")
__table_entries(seen, 1)
int variable_of_a_process_is_written(struct bpf_perf_event_data *ctx)
{
	if (runs("fire"))
		count(0);
	return 0;
}

SEC("perf_event")
__success __needs("breakpoints")
__event("perf_event/mem:fire_target:rw")
__trigger("@touch times=3 read") __trigger("@touch times=4 write")
__table(seen, "s64:0", "u64:7")
__table_entries(seen, 1)
int variable_of_a_process_is_touched(struct bpf_perf_event_data *ctx)
{
	if (runs("fire"))
		count(0);
	return 0;
}

// An instruction that is run, which is the first of a function.
SEC("perf_event")
__success __needs("execution-breakpoints")
__event("perf_event/mem:shmem_symlink:x")
__trigger("ln -s x /tmp/one; rm /tmp/one")
__table(seen, "s64:0", "u64:1")
__table_entries(seen, 1)
int function_is_run(struct bpf_perf_event_data *ctx)
{
	note(0);
	return 0;
}

char _license[] SEC("license") = "GPL";

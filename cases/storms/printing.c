// SPDX-License-Identifier: GPL-2.0-only
// A line at each system call, from both CPUs; for the scenario beside it.
#include <case.h>

SEC("raw_tp/sys_enter")
int print_always(void *ctx)
{
	bpf_printk("call of CPU %d.", bpf_get_smp_processor_id());
	return 0;
}

char _license[] SEC("license") = "GPL";

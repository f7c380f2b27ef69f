// SPDX-License-Identifier: GPL-2.0-only
// One link for many functions of a file: uprobe_multi_link_handler() in kernel/trace/bpf_trace.c.
#include <linux/ptrace.h>
#include "counts.h"
#include <bpf/bpf_tracing.h>

SEC("uprobe.multi//proc/self/exe:probed_*")
__success __needs("uprobe.multi")
__trigger("/proc/$PPID/exe probed probed_add 3 4 probed_subtract 3 4 probed_multiply 5 6")
__table(seen, "s64:3", "u64:2")
__table(seen, "s64:5", "u64:1")
__table_entries(seen, 2)
int functions_by_pattern(struct pt_regs *regs)
{
	count(PT_REGS_PARM1(regs));
	return 0;
}

SEC("uretprobe.multi//proc/self/exe:probed_*")
__success __needs("uprobe.multi")
__trigger("/proc/$PPID/exe probed probed_add 3 4 probed_subtract 3 4 probed_multiply 5 6")
__table(seen, "s64:7", "u64:1")
__table(seen, "s64:-1", "u64:1")
__table(seen, "s64:30", "u64:1")
__table_entries(seen, 3)
int results_of_functions(struct pt_regs *regs)
{
	count((__s32)PT_REGS_RC(regs));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Functions of user space: uprobe_perf_func() in kernel/trace/trace_uprobe.c. The agent's own, which
// `probed` calls with the arguments after it.
#include <linux/ptrace.h>
#include "counts.h"
#include <bpf/bpf_tracing.h>

SEC("uprobe//proc/self/exe:probed_add")
__success __needs("uprobe")
__trigger("/proc/$PPID/exe probed probed_add 30 4 probed_add 50 6 probed_subtract 70 8")
__table(seen, "s64:30", "u64:1")
__table(seen, "s64:4", "u64:1")
__table(seen, "s64:50", "u64:1")
__table(seen, "s64:6", "u64:1")
__table_entries(seen, 4)
int arguments(struct pt_regs *regs)
{
	count(PT_REGS_PARM1(regs));
	count(PT_REGS_PARM2(regs));
	return 0;
}

// Every process that runs the file, one after the other.
SEC("uprobe")
__success __needs("uprobe")
__event("uprobe//proc/self/exe:probed_multiply")
__trigger("for i in 1 2 3; do /proc/$PPID/exe probed probed_multiply 7 $i; done")
__table(seen, "s64:7", "u64:3")
int every_process(struct pt_regs *regs)
{
	count(PT_REGS_PARM1(regs));
	return 0;
}

SEC("uretprobe//proc/self/exe:probed_subtract")
__success __needs("uprobe")
__trigger("/proc/$PPID/exe probed probed_subtract 10 3 probed_subtract 3 10 probed_add 1 1")
__table(seen, "s64:7", "u64:1")
__table(seen, "s64:-7", "u64:1")
__table_entries(seen, 2)
int returned_value(struct pt_regs *regs)
{
	count((__s32)PT_REGS_RC(regs));
	return 0;
}

// A filter that may sleep reads the memory of the process even if it is not there yet.
SEC("uprobe.s//proc/self/exe:probed_add")
__success __needs("sleepable-uprobe")
__trigger("/proc/$PPID/exe probed probed_add 11 22")
__table(seen, "s64:0", "u64:1")
int sleepable_copy_from_user(struct pt_regs *regs)
{
	__u64 word;

	count(bpf_copy_from_user(&word, sizeof(word), (void *)(unsigned long)PT_REGS_SP(regs)));
	return 0;
}

char _license[] SEC("license") = "GPL";

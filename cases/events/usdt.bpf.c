// SPDX-License-Identifier: GPL-2.0-only
// Static tracepoints of user space: libbpf puts a uprobe on each place that the notes of the file name
// (usdt.c). The agent's own, which `probed` comes by before each call.
#include <linux/ptrace.h>
#include <stdbool.h>
#include "counts.h"
#include <bpf/usdt.bpf.h>

SEC("usdt//proc/self/exe:probed:reached")
__success __needs("uprobe")
__trigger("/proc/$PPID/exe probed probed_add 30 4 probed_multiply 5 6")
__table(seen, "s64:0", "u64:2")
int reached(struct pt_regs *ctx)
{
	count(0);
	return 0;
}

// The registers that the note names hold the numbers.
SEC("usdt")
__success __needs("usdt-arguments bpf-to-bpf")
__event("usdt//proc/self/exe:probed:called")
__trigger("/proc/$PPID/exe probed probed_add 30 -4 probed_multiply 5 6")
__table(seen, "s64:30", "u64:1")
__table(seen, "s64:-4", "u64:1")
__table(seen, "s64:5", "u64:1")
__table(seen, "s64:6", "u64:1")
__table(seen, "s64:1002", "u64:2")
__table_entries(seen, 5)
int BPF_USDT(arguments, long a, long b)
{
	count(a);
	count(b);
	count(1000 + bpf_usdt_arg_cnt(ctx));
	return 0;
}

// The process comes by only while something is attached: the kernel counts that in its memory.
SEC("usdt//proc/self/exe:probed:watched")
__success __needs("uprobe")
__trigger("/proc/$PPID/exe probed probed_add 1 1")
__table(seen, "s64:0", "u64:1")
int watched(struct pt_regs *ctx)
{
	count(0);
	return 0;
}

char _license[] SEC("license") = "GPL";

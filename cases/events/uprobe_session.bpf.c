// SPDX-License-Identifier: GPL-2.0-only
// Entry and return of one call of user space in one program: BPF_TRACE_UPROBE_SESSION.
#include <linux/ptrace.h>
#include "counts.h"
#include "session.h"

SEC("uprobe.session//proc/self/exe:probed_add")
__success __needs("uprobe.session") __modes("jit jit-harden")
__trigger("/proc/$PPID/exe probed probed_add 3 4 probed_add 5 6")
__table(seen, "s64:0", "u64:2")
__table(seen, "s64:1", "u64:2")
int entry_and_return(struct pt_regs *regs)
{
	count(is_return(regs));
	return 0;
}

SEC("uprobe.session//proc/self/exe:probed_add")
__success __needs("uprobe.session") __modes("jit jit-harden")
__trigger("/proc/$PPID/exe probed probed_add 3 4 probed_add 5 6")
__table(seen, "s64:0", "u64:2")
__table_entries(seen, 1)
int entry_declines_the_return(struct pt_regs *regs)
{
	count(is_return(regs));
	return 1;
}

char _license[] SEC("license") = "GPL";

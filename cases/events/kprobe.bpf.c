// SPDX-License-Identifier: GPL-2.0-only
// A kprobe (kprobe_perf_func() in kernel/trace/trace_kprobe.c): one filter on several functions, and
// one on an event that is not in its section.
#include <linux/ptrace.h>
#include "counts.h"
#include <bpf/bpf_tracing.h>

// A section that names no function, and two events: each call of either is one run.
SEC("kprobe")
__success __needs("kprobe")
__event("kprobe/shmem_mkdir") __event("kprobe/shmem_rmdir")
__trigger("mkdir /tmp/a /tmp/b /tmp/c; rmdir /tmp/a /tmp/b /tmp/c")
__table(seen, "s64:0", "u64:6")
int one_filter_on_two_functions(struct pt_regs *regs)
{
	count(0);
	return 0;
}

// What the annotation says is attached to, not what the section says.
SEC("kprobe/shmem_unlink")
__success __needs("kprobe")
__event("kprobe/shmem_symlink")
__trigger("ln -s x /tmp/s; : > /tmp/f; rm /tmp/s /tmp/f")
__table(seen, "s64:0", "u64:1")
int event_instead_of_section(struct pt_regs *regs)
{
	count(0);
	return 0;
}

// set_user_nice(task, nice): the same function through the same filter twice runs it twice.
SEC("kprobe/set_user_nice")
__success __needs("kprobe")
__event("kprobe/set_user_nice") __event("kprobe/set_user_nice")
__trigger("renice -n 11 $$; renice -n -11 $$")
__table(seen, "s64:11", "u64:2")
int same_event_twice(struct pt_regs *regs)
{
	count((__s32)PT_REGS_PARM2(regs));
	return 0;
}

// Offset 0 said aloud is the entry, where the arguments are.
SEC("kprobe/set_user_nice+0")
__success __needs("kprobe")
__trigger("renice -n 6 $$; renice -n -6 $$")
__table(seen, "s64:6", "u64:1")
int at_offset_zero(struct pt_regs *regs)
{
	count((__s32)PT_REGS_PARM2(regs));
	return 0;
}

char _license[] SEC("license") = "GPL";

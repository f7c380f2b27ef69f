// SPDX-License-Identifier: GPL-2.0-only
// A kretprobe (kretprobe_perf_func() in kernel/trace/trace_kprobe.c): the value that is returned.
#include <linux/ptrace.h>
#include "counts.h"
#include <bpf/bpf_tracing.h>

// A link is removed (0), a name that is too long for one is not made (-ENAMETOOLONG): both results.
SEC("kretprobe")
__success __needs("kprobe kretprobe")
__event("kretprobe/shmem_symlink")
__trigger("ln -s x /tmp/one; ln -s y /tmp/two; rm /tmp/one /tmp/two")
__table(seen, "s64:0", "u64:2")
__table_entries(seen, 1)
int result_of_success(struct pt_regs *regs)
{
	count((__s32)PT_REGS_RC(regs));
	return 0;
}

// Folders in folders: those that are not empty stay (-ENOTEMPTY, 39 on all machines of ours).
SEC("kretprobe/shmem_rmdir")
__success __needs("kprobe kretprobe")
__trigger("mkdir -p /tmp/a/b/c; rmdir /tmp/a; rmdir /tmp/a/b; rmdir /tmp/a/b/c /tmp/a/b /tmp/a")
__table(seen, "s64:0", "u64:3")
__table(seen, "s64:-39", "u64:2")
__table_entries(seen, 2)
int result_of_failure(struct pt_regs *regs)
{
	count((__s32)PT_REGS_RC(regs));
	return 0;
}

char _license[] SEC("license") = "GPL";

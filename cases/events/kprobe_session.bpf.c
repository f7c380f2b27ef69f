// SPDX-License-Identifier: GPL-2.0-only
// Entry and return of one call in one program: bpf_session_is_return() in kernel/trace/bpf_trace.c.
#include <linux/ptrace.h>
#include "counts.h"
#include "session.h"

SEC("kprobe.session/shmem_mkdir")
__success __needs("kprobe.session") __modes("jit jit-harden")
__trigger("mkdir /tmp/a /tmp/b /tmp/c; rmdir /tmp/a /tmp/b /tmp/c")
__table(seen, "s64:0", "u64:3")
__table(seen, "s64:1", "u64:3")
int entry_and_return(struct pt_regs *regs)
{
	count(is_return(regs));
	return 0;
}

// 1 at the entry: the return is left alone.
SEC("kprobe.session/shmem_mkdir")
__success __needs("kprobe.session") __modes("jit jit-harden")
__trigger("mkdir /tmp/a /tmp/b /tmp/c; rmdir /tmp/a /tmp/b /tmp/c")
__table(seen, "s64:0", "u64:3")
__table_entries(seen, 1)
int entry_declines_the_return(struct pt_regs *regs)
{
	count(is_return(regs));
	return 1;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// One link for many functions: kprobe_multi_link_prog_run() in kernel/trace/bpf_trace.c.
#include <linux/ptrace.h>
#include "counts.h"
#include <bpf/bpf_tracing.h>

SEC("kprobe.multi/shmem_mkdir,shmem_rmdir,shmem_symlink")
__success __needs("kprobe.multi")
__trigger("mkdir /tmp/a /tmp/b; rmdir /tmp/a /tmp/b; ln -s x /tmp/s; rm /tmp/s")
__table(seen, "s64:0", "u64:5")
int functions_by_name(struct pt_regs *regs)
{
	count(0);
	return 0;
}

SEC("kprobe.multi")
__success __needs("kprobe.multi")
__event("kprobe.multi/shmem_mkd?r") __event("kprobe.multi/shmem_symlin*")
__trigger("mkdir /tmp/a; rmdir /tmp/a; ln -s x /tmp/s; rm /tmp/s")
__table(seen, "s64:0", "u64:2")
int functions_by_pattern(struct pt_regs *regs)
{
	count(0);
	return 0;
}

SEC("kretprobe.multi/shmem_mkdir,shmem_rmdir")
__success __needs("kprobe.multi")
__trigger("mkdir -p /tmp/a/b; rmdir /tmp/a; rmdir /tmp/a/b /tmp/a")
__table(seen, "s64:0", "u64:4")
__table(seen, "s64:-39", "u64:1")
int results_of_functions(struct pt_regs *regs)
{
	count((__s32)PT_REGS_RC(regs));
	return 0;
}

// At a return the address that is asked for is that of the function, not of its end.
SEC("kretprobe.multi/shmem_mkdir,shmem_rmdir")
__success __needs("kprobe.multi")
__trigger("mkdir /tmp/a /tmp/b /tmp/c; rmdir /tmp/a /tmp/b /tmp/c")
__table_entries(seen, 2) __varies(seen)
int address_of_the_function(struct pt_regs *regs)
{
	count(bpf_get_func_ip(regs));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// System calls by name. What the kernel's function is called, and whether the arguments are in its
// own registers or in those it is handed (ARCH_HAS_SYSCALL_WRAPPER), differs between architectures:
// bpf_program__attach_ksyscall() of libbpf knows, and tells the filter.
#include <linux/ptrace.h>
#include "counts.h"
#include <bpf/bpf_tracing.h>

extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;

#define REGISTERS_MAX 40

// setpriority(which, who, nice).
SEC("ksyscall/setpriority")
__success __needs("kprobe ksyscall")
__trigger("renice -n 7 $$; renice -n 4 $$; renice -n -18 $$; renice -n 4 $$; true")
__table(seen, "s64:7", "u64:1")
__table(seen, "s64:11", "u64:1")
__table(seen, "s64:-7", "u64:1")
__table(seen, "s64:-3", "u64:1")
__table_entries(seen, 4)
int argument_of_a_system_call(struct pt_regs *regs)
{
	__u64 words[REGISTERS_MAX] = {};
	struct pt_regs *handed = (void *)words;

	if (!LINUX_HAS_SYSCALL_WRAPPER) {
		count((__s32)PT_REGS_PARM3(regs));
		return 0;
	}
	bpf_probe_read_kernel(words, sizeof(*__PT_REGS_CAST(handed)),
			      (void *)(unsigned long)PT_REGS_PARM1(regs));
	count((__s32)PT_REGS_PARM3_SYSCALL(handed));
	return 0;
}

// getpriority(2) returns 20 less the nice value, from 1 to 40; renice asks before it sets.
SEC("kretsyscall/getpriority")
__success __needs("kprobe kretprobe ksyscall")
__trigger("renice -n 7 $$; renice -n -9 $$; renice -n 2 $$; true")
__table(seen, "s64:20", "u64:1")
__table(seen, "s64:13", "u64:1")
__table(seen, "s64:22", "u64:1")
__table_entries(seen, 3)
int result_of_a_system_call(struct pt_regs *regs)
{
	count((__s32)PT_REGS_RC(regs));
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Arguments at the entry of a kernel function and its result at the return, from the registers that
// kprobe_perf_func() and kretprobe_perf_func() in kernel/trace/trace_kprobe.c hand over. The functions
// are called from another file of the kernel or through a pointer, so no compiler has folded them into
// their caller, as gcc did with vfs_rmdir() on x86_64 5.10.
#include <linux/ptrace.h>
#include <case.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __s32);
	__type(value, __u64);
} seen SEC(".maps");

/* Not atomic, which the JIT of arm does not know: each key is counted by one task at a time. */
static void count(__s32 key)
{
	__u64 one = 1, *times = bpf_map_lookup_elem(&seen, &key);

	if (times)
		++*times;
	else
		bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
}

// set_user_nice(task, nice). New kworkers pass 0 and -20, so only these three values are exact.
SEC("kprobe/set_user_nice")
__success __needs("kprobe")
__trigger("renice -n 7 $$; renice -n 4 $$; renice -n -18 $$; renice -n 4 $$")
__table(seen, "s32:7", "u64:1")
__table(seen, "s32:11", "u64:1")
__table(seen, "s32:-7", "u64:1")
__table(seen, "s32:-3", "u64:1")
int argument_of_a_function(struct pt_regs *regs)
{
	count(PT_REGS_PARM2(regs));
	return 0;
}

// Of the guest's tmpfs. Nothing else in the guest removes folders: 2 are removed, 3 times one is not empty (-ENOTEMPTY).
SEC("kretprobe/shmem_rmdir")
__success __needs("kprobe kretprobe")
__trigger("mkdir -p /tmp/a/b; for i in 1 2 3; do rmdir /tmp/a 2>/dev/null; done; rmdir /tmp/a/b /tmp/a")
__table(seen, "s32:0", "u64:2")
__table(seen, "s32:-39", "u64:3")
__table_entries(seen, 2)
int return_value_of_a_function(struct pt_regs *regs)
{
	count(PT_REGS_RC(regs));
	return 0;
}

// The return is seen in the task that called. The first open makes the file, the other 4 truncate it.
SEC("kretprobe/do_truncate")
__success __needs("kprobe kretprobe")
__trigger("for i in 1 2 3 4 5; do : > /tmp/file; done; rm /tmp/file")
__table(seen, "s32:0", "u64:4")
__table_entries(seen, 1)
int return_in_the_calling_task(struct pt_regs *regs)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	if (name[0] == 's' && name[1] == 'h' && !name[2])
		count(PT_REGS_RC(regs));
	return 0;
}

char _license[] SEC("license") = "GPL";

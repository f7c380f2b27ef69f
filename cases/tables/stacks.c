// SPDX-License-Identifier: GPL-2.0-only
// Keeps the kernel's stack at each rmdir() of the guest's tmpfs, and says under which number.
#include <linux/ptrace.h>
#include <case.h>

#define DEPTH 16

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, DEPTH * sizeof(__u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __s64);
} numbers SEC(".maps");

SEC("kprobe/shmem_rmdir")
int keep_stack(struct pt_regs *regs)
{
	__s64 first = bpf_get_stackid(regs, &stacks, 0);
	__s64 again = bpf_get_stackid(regs, &stacks, BPF_F_FAST_STACK_CMP);
	__u32 slot = 0;

	bpf_map_update_elem(&numbers, &slot, &first, BPF_ANY);
	slot = 1;
	bpf_map_update_elem(&numbers, &slot, &again, BPF_ANY);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
/* A value for a file, for scenario_storage.py. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} of_inodes SEC(".maps");

/* Counts how often a file with a value is opened. */
SEC("lsm/file_open")
int BPF_PROG(count_opens, struct file *file)
{
	__u64 *times = bpf_inode_storage_get(&of_inodes, file->f_inode, 0, 0);

	if (times)
		__sync_fetch_and_add(times, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";

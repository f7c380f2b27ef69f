// SPDX-License-Identifier: GPL-2.0-only
// Plain loads through pointers to kernel types, from holes in the kernel's half of memory: 0, whatever
// their width. For NULL, user space and garbage see cases/survival/btf_pointers.bpf.c.
#include "places.h"
#include <bpf/bpf_core_read.h>

struct task_struct {
	int pid;
	unsigned int flags;
	struct task_struct *real_parent;
	char comm[16];
} __attribute__((preserve_access_index));

/* A kernel function: only JITed programs can call those. */
void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

#define CAST(address)                                                                     \
	((struct task_struct *)bpf_rdonly_cast((void *)(address),                         \
					       bpf_core_type_id_kernel(struct task_struct)))

/* The number is read so that clang does not know it. */
#define READ(name, number)                                                                \
	SEC("raw_tp")                                                                     \
	__success __retval(0) __needs("bpf_rdonly_cast") __modes("jit jit-harden")        \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 address = (number);                                                 \
		struct task_struct *task;                                                 \
                                                                                          \
		__sink(address);                                                          \
		task = CAST(address);                                                     \
		if (task->pid | task->flags)                                              \
			return 1;                                                         \
		if (task->comm[0] | task->comm[15])                                       \
			return 2;                                                         \
		return task->real_parent->real_parent ? 3 : 0;                            \
	}

EACH_PLACE(READ)

/*
 * No loads but copies: BPF_CORE_READ() is bpf_probe_read_kernel() for each arrow. After one that failed
 * the rest is read from NULL.
 */
#define COPY(name, number)                                                                \
	SEC("raw_tp")                                                                     \
	__success __retval(0) __needs("btf separate-address-spaces")                      \
	int name##_copied(void *ctx)                                                      \
	{                                                                                 \
		__u64 address = (number);                                                 \
		struct task_struct *task;                                                 \
		char comm[16] = "not zeroed";                                             \
                                                                                          \
		__sink(address);                                                          \
		task = (void *)address;                                                   \
		if (BPF_CORE_READ(task, pid))                                             \
			return 1;                                                         \
		if (BPF_CORE_READ(task, real_parent, real_parent, flags))                 \
			return 2;                                                         \
		if (bpf_core_read(comm, sizeof(comm), &task->comm) != -EFAULT &&          \
		    bpf_core_read(comm, sizeof(comm), &task->comm) != -ERANGE)            \
			return 3;                                                         \
		return comm[0] || comm[9];                                                \
	}

EACH_PLACE(COPY)

char _license[] SEC("license") = "GPL";

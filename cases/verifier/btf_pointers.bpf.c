// SPDX-License-Identifier: GPL-2.0-only
// Pointers to the kernel's own structures may be followed wherever BTF says what is there, and only
// be read: check_ptr_to_btf_access() in kernel/bpf/verifier.c and btf_struct_access() in
// kernel/bpf/btf.c.
#include <case.h>

#define FROM_BTF __attribute__((preserve_access_index))

struct task_struct {
	int pid;
	struct task_struct *real_parent;
	struct task_struct *parent;
} FROM_BTF;

struct cgroup {
	int level;
} FROM_BTF;

/* Weak: what does not call them is loaded where they are not. */
struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym __weak;
void bpf_task_release(struct task_struct *task) __ksym __weak;

#define CASE SEC("tp_btf/task_newtask") __needs("btf")
#define ACQUIRES(object) __modes("jit jit-harden") __needs("bpf_" #object "_acquire")

#define TASK(ctx) ((struct task_struct *)(ctx)[0])

CASE
__success
int field_read(__u64 *ctx)
{
	return TASK(ctx)->pid;
}

/* Nobody is asked whether the parent is NULL: a fault reads as 0. */
CASE
__success
int field_of_the_grandparent_read(__u64 *ctx)
{
	return TASK(ctx)->real_parent->real_parent->pid;
}

CASE
__failure __errno(EACCES)
__msg("only read is supported")
int field_written(__u64 *ctx)
{
	TASK(ctx)->pid = 1;
	return 0;
}

CASE
__failure __errno(EACCES)
__msg("access beyond struct task_struct at off 1048576 size 4")
int read_beyond_the_structure(__u64 *ctx)
{
	return *(volatile __u32 *)((void *)TASK(ctx) + (1 << 20));
}

CASE
__failure __errno(EACCES)
__msg("is ptr_task_struct invalid negative access: off=-8")
int read_before_the_structure(__u64 *ctx)
{
	return *(volatile __u64 *)((void *)TASK(ctx) - 8);
}

CASE
__failure __errno(EACCES)
__msg("invalid variable offset: off=0")
int read_at_a_variable_offset(__u64 *ctx)
{
	__u64 index = bpf_get_prandom_u32() & 8;

	return *(volatile __u64 *)((void *)TASK(ctx) + index);
}

/* The tracepoint has two; the message counts from 0. */
CASE
__failure __errno(EACCES)
__msg("func 'task_newtask' doesn't have 5-th argument")
__kernels("", "5.10") __msg("func 'task_newtask' doesn't have 6-th argument")
int argument_after_the_last(__u64 *ctx)
{
	return ctx[5];
}

/* What the kernel passes is trusted, what was read from memory is not. */
CASE ACQUIRES(task)
__success
int argument_acquired(__u64 *ctx)
{
	struct task_struct *task = bpf_task_acquire(TASK(ctx));

	if (task)
		bpf_task_release(task);
	return 0;
}

/* BTF_TYPE_SAFE_RCU: while this program runs nobody frees what real_parent points to. */
CASE ACQUIRES(task)
__success
int real_parent_acquired(__u64 *ctx)
{
	struct task_struct *task = bpf_task_acquire(TASK(ctx)->real_parent);

	if (task)
		bpf_task_release(task);
	return 0;
}

/* Of parent the kernel says nothing of the kind. */
CASE ACQUIRES(task)
__failure __errno(EINVAL)
__msg("R1 must be a rcu pointer")
int parent_acquired(__u64 *ctx)
{
	struct task_struct *task = bpf_task_acquire(TASK(ctx)->parent);

	if (task)
		bpf_task_release(task);
	return 0;
}

CASE ACQUIRES(task)
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int argument_acquired_and_kept(__u64 *ctx)
{
	return bpf_task_acquire(TASK(ctx)) != 0;
}

struct cgroup *bpf_cgroup_acquire(struct cgroup *cgroup) __ksym __weak;
void bpf_cgroup_release(struct cgroup *cgroup) __ksym __weak;

CASE ACQUIRES(cgroup)
__failure __errno(EINVAL)
__msg("expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT task_struct")
int argument_of_another_type_acquired(__u64 *ctx)
{
	struct cgroup *cgroup = bpf_cgroup_acquire((struct cgroup *)TASK(ctx));

	if (cgroup)
		bpf_cgroup_release(cgroup);
	return 0;
}

char _license[] SEC("license") = "GPL";

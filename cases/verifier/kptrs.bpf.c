// SPDX-License-Identifier: GPL-2.0-only
// A kernel pointer in a table's value: stored only if its type fits, read only as a whole, and if
// it is a counted one then only exchanged: check_map_kptr_access(), map_kptr_match_type() and
// process_kptr_func() in kernel/bpf/verifier.c. Up to 6.3 the tags had other names: libbpf then
// creates the table without its types, and no pointer in it is known as one.
#include <case.h>

#define FROM_BTF __attribute__((preserve_access_index))

struct task_struct {
	int pid;
} FROM_BTF;

struct slot {
	struct task_struct __kptr_untrusted *lent;
	struct task_struct __kptr *owned;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps");

/* Weak: what does not call them is loaded where they are not. */
struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym __weak;
void bpf_task_release(struct task_struct *task) __ksym __weak;

#define CASE SEC("tp_btf/task_newtask") __needs("btf bpf_kptr_xchg")
#define ACQUIRES __modes("jit jit-harden") __needs("bpf_task_acquire")

#define TASK(ctx) ((struct task_struct *)(ctx)[0])

static __always_inline struct slot *slot(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&slots, &key);
}

CASE
__success
int task_lent(__u64 *ctx)
{
	struct slot *s = slot();

	if (s)
		s->lent = TASK(ctx);
	return 0;
}

/* Up to 6.19 map_kptr_match_type() asked for the BTF of what is no pointer: a NULL pointer in
 * btf_is_kernel(). 7.0 looks at the type first; so does 6.12.94, and 6.12.85 crashes.
 */
CASE
__failure __errno(EACCES)
__msg("invalid kptr access, R1 type=scalar expected=ptr_task_struct")
__kernels("", "6.3") __success
__naked int number_lent(void)
{
	asm volatile ("r1 = 0;"
		      "*(u32 *)(r10 - 4) = r1;"
		      "r2 = r10;"
		      "r2 += -4;"
		      "r1 = %[slots] ll;"
		      "call %[bpf_map_lookup_elem];"
		      "if r0 == 0 goto 1f;"
		      "r1 = 1;"
		      "*(u64 *)(r0 + 0) = r1;"
		      "1: r0 = 0;"
		      "exit;"
		      : : __imm(bpf_map_lookup_elem), __imm_addr(slots) : __clobber_all);
}

CASE
__failure __errno(EACCES)
__msg("kptr access size must be BPF_DW")
__kernels("", "6.3") __success
int half_of_it_read(__u64 *ctx)
{
	struct slot *s = slot();

	return s ? *(volatile __u32 *)&s->lent : 0;
}

CASE
__failure __errno(EACCES)
__msg("invalid mem access 'untrusted_ptr_or_null_'")
__kernels("", "6.3") __msg("invalid mem access 'scalar'")
int lent_task_read_without_check(__u64 *ctx)
{
	struct slot *s = slot();

	return s ? s->lent->pid : 0;
}

CASE
__failure __errno(EACCES)
__msg("store to referenced kptr disallowed")
__kernels("", "6.3") __success
int owned_task_overwritten(__u64 *ctx)
{
	struct slot *s = slot();

	if (s)
		s->owned = TASK(ctx);
	return 0;
}

CASE
__failure __errno(EACCES)
__msg("kptr cannot be accessed indirectly by helper")
__kernels("", "6.3") __success
int slot_filled_by_a_helper(__u64 *ctx)
{
	struct slot *s = slot();

	if (s)
		bpf_probe_read_kernel(s, sizeof(*s), 0);
	return 0;
}

CASE ACQUIRES
__failure __errno(EINVAL)
__msg("release helper bpf_kptr_xchg expects referenced PTR_TO_BTF_ID passed to R2")
__kernels("", "7.1") __msg("R2 must be referenced when passed to release function")
int task_given_away_that_is_not_owned(__u64 *ctx)
{
	struct slot *s = slot();
	struct task_struct *old;

	if (!s)
		return 0;
	old = bpf_kptr_xchg(&s->owned, TASK(ctx));
	if (old)
		bpf_task_release(old);
	return 0;
}

CASE ACQUIRES
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
int old_task_forgotten(__u64 *ctx)
{
	struct slot *s = slot();

	if (s)
		bpf_kptr_xchg(&s->owned, 0);
	return 0;
}

CASE ACQUIRES
__success
int task_given_away_and_old_one_released(__u64 *ctx)
{
	struct task_struct *task, *old;
	struct slot *s = slot();

	if (!s)
		return 0;
	task = bpf_task_acquire(TASK(ctx));
	if (!task)
		return 0;
	old = bpf_kptr_xchg(&s->owned, task);
	if (old)
		bpf_task_release(old);
	return 0;
}

/* The task belongs to the table now. */
CASE ACQUIRES
__flag(BPF_F_ANY_ALIGNMENT)
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
int task_read_after_it_was_given_away(__u64 *ctx)
{
	struct task_struct *task, *old;
	struct slot *s = slot();

	if (!s)
		return 0;
	task = bpf_task_acquire(TASK(ctx));
	if (!task)
		return 0;
	old = bpf_kptr_xchg(&s->owned, task);
	if (old)
		bpf_task_release(old);
	return task->pid;
}

char _license[] SEC("license") = "GPL";

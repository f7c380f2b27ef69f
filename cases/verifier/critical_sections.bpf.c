// SPDX-License-Identifier: GPL-2.0-only
// What begins with bpf_rcu_read_lock() or bpf_preempt_disable() must end before the program does,
// and nothing in between may sleep: check_kfunc_call() and check_helper_call() in
// kernel/bpf/verifier.c. Kernel functions need the JIT.
#include <case.h>

/* Weak: what does not call them is loaded where they are not. */
void bpf_rcu_read_lock(void) __ksym __weak;
void bpf_rcu_read_unlock(void) __ksym __weak;
void bpf_preempt_disable(void) __ksym __weak;
void bpf_preempt_enable(void) __ksym __weak;

#define CASE(section, feature) SEC(section) __modes("jit jit-harden") __needs(feature)

CASE("tc", "bpf_rcu_read_lock")
__success __retval(1)
int section_ended(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 1;
}

CASE("tc", "bpf_rcu_read_lock")
__failure __errno(EINVAL)
__msg("cannot be used inside bpf_rcu_read_lock-ed region")
__kernels("", "6.12") __msg("bpf_rcu_read_unlock is missing")
int section_never_ended(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	return 0;
}

CASE("tc", "bpf_rcu_read_lock")
__failure __errno(EINVAL)
__msg("cannot be used inside bpf_rcu_read_lock-ed region")
__kernels("", "6.12") __msg("bpf_rcu_read_unlock is missing")
int section_ended_on_one_path_only(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	if (skb->mark)
		bpf_rcu_read_unlock();
	return 0;
}

CASE("tc", "bpf_rcu_read_lock")
__failure __errno(EINVAL)
__msg("unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)")
int section_ended_that_never_began(struct __sk_buff *skb)
{
	bpf_rcu_read_unlock();
	return 0;
}

CASE("tc", "bpf_rcu_read_lock")
__success __retval(0)
__kernels("", "6.18") __failure __errno(EINVAL)
__msg("nested rcu read lock (kernel function bpf_rcu_read_lock)")
int section_within_a_section(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_rcu_read_unlock();
	return 0;
}

CASE("tc", "bpf_preempt_disable")
__success __retval(2)
int preemption_disabled_twice(struct __sk_buff *skb)
{
	bpf_preempt_disable();
	bpf_preempt_disable();
	bpf_preempt_enable();
	bpf_preempt_enable();
	return 2;
}

CASE("tc", "bpf_preempt_disable")
__failure __errno(EINVAL)
__msg("cannot be used inside bpf_preempt_disable-ed region")
__kernels("", "6.12") __msg("1 bpf_preempt_enable is missing")
int preemption_enabled_once_of_two_times(struct __sk_buff *skb)
{
	bpf_preempt_disable();
	bpf_preempt_disable();
	bpf_preempt_enable();
	return 0;
}

#define COPY_FROM_USER(buffer) bpf_copy_from_user(&(buffer), sizeof(buffer), 0)

CASE("syscall", "btf syscall-programs")
__success __retval(-14)
int user_memory_read_where_one_may_sleep(void *ctx)
{
	__u64 word;

	return COPY_FROM_USER(word);
}

CASE("syscall", "bpf_rcu_read_lock")
__failure __errno(EINVAL)
__msg("sleepable helper bpf_copy_from_user#148 in rcu_read_lock region")
int user_memory_read_within_a_section(void *ctx)
{
	__u64 word;

	bpf_rcu_read_lock();
	COPY_FROM_USER(word);
	bpf_rcu_read_unlock();
	return 0;
}

CASE("syscall", "bpf_preempt_disable")
__failure __errno(EINVAL)
__msg("sleepable helper bpf_copy_from_user#148 in non-preemptible region")
int user_memory_read_without_preemption(void *ctx)
{
	__u64 word;

	bpf_preempt_disable();
	COPY_FROM_USER(word);
	bpf_preempt_enable();
	return 0;
}

CASE("fentry/bpf_fentry_test1", "fentry")
__failure __errno(EINVAL)
__msg("sleepable helper bpf_copy_from_user#148 in non-sleepable prog")
__kernels("5.11", "7.0") __msg("helper call might sleep in a non-sleepable prog")
__kernels("", "5.10") __msg("unknown func bpf_copy_from_user#148")
int user_memory_read_where_one_may_not_sleep(void *ctx)
{
	__u64 word;

	COPY_FROM_USER(word);
	return 0;
}

char _license[] SEC("license") = "GPL";

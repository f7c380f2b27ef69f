// SPDX-License-Identifier: GPL-2.0-only
// Helpers marked gpl_only and all kernel functions are closed to a program whose licence is not
// compatible with the GPL: check_helper_call() and fetch_kfunc_meta() in kernel/bpf/verifier.c.
// What counts is the "license" section of the object, which is not about this source file.
#include <case.h>

/* Weak: what does not call them is loaded where they are not. */
void bpf_rcu_read_lock(void) __ksym __weak;
void bpf_rcu_read_unlock(void) __ksym __weak;

SEC("tc")
__failure __errno(EINVAL)
__msg("cannot call GPL-restricted function from non-GPL compatible program")
int restricted_helper(struct __sk_buff *skb)
{
	char format[] = "x";

	return bpf_trace_printk(format, sizeof(format));
}

SEC("tc")
__success __retval(0)
int unrestricted_helper(struct __sk_buff *skb)
{
	return bpf_get_smp_processor_id() > 1 << 20;
}

/* The interpreter, which has no kernel functions, is told so first. */
SEC("tc")
__modes("jit jit-harden") __needs("bpf_rcu_read_lock")
__failure __errno(EINVAL)
__msg("cannot call kernel function from non-GPL compatible program")
int kernel_function(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("tc")
__modes("interp") __needs("bpf_rcu_read_lock")
__failure __errno(ENOTSUPP)
__msg("JIT is required for calling kernel function")
int kernel_function_without_jit(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

char _license[] SEC("license") = "Proprietary";

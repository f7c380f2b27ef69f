// SPDX-License-Identifier: GPL-2.0-only
// All kernel functions are closed to a program whose licence is not compatible with the GPL:
// fetch_kfunc_meta() in kernel/bpf/verifier.c. What counts is the "license" section of the object,
// which is not about this source file.
#include <case.h>

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

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

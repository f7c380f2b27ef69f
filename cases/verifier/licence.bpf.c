// SPDX-License-Identifier: GPL-2.0-only
// Helpers marked gpl_only are closed to a program whose licence is not compatible with the GPL:
// check_helper_call() in kernel/bpf/verifier.c.
// What counts is the "license" section of the object, which is not about this source file.
#include <case.h>

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
	return bpf_get_prandom_u32() >> 31 > 1;
}

char _license[] SEC("license") = "Proprietary";

// SPDX-License-Identifier: GPL-2.0-only
// The interpreter divided by way of abs(), which the smallest number has none of: commit
// "bpf: Fix undefined behavior in interpreter sdiv/smod for INT_MIN", in Debian's 6.12.85.
#include <case.h>

SEC("socket")
__success __retval(-1073741824)
__naked int smallest_quotient(void)
{
	asm volatile("w0 = 0x80000000; w1 = 2; w0 s/= w1; exit;" ::: __clobber_all);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A filter with a function that another one may take the place of.
#include <case.h>

__attribute__((noinline)) int price(int pieces)
{
	asm volatile("" : "+r"(pieces));
	return pieces * 2;
}

SEC("socket")
int sold(void *ctx)
{
	return price(21);
}

char _license[] SEC("license") = "GPL";

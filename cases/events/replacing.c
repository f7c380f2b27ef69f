// SPDX-License-Identifier: GPL-2.0-only
// What price() of another filter is replaced by.
#include <case.h>

SEC("freplace")
int dearer(int pieces)
{
	return pieces * 100;
}

char _license[] SEC("license") = "GPL";

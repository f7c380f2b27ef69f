// SPDX-License-Identifier: GPL-2.0-only
// A packet that is called IPv4 and holds no IPv4 header was good enough for a test run until commit
// "bpf: reject short IPv4/IPv6 inputs in bpf_prog_test_run_skb", in Debian's 6.12.94.
#include <case.h>

SEC("tc")
__success __data("zero:12 be16:0x0800") __retval(7)
int short_packet(struct __sk_buff *skb)
{
	return 7;
}

char _license[] SEC("license") = "GPL";

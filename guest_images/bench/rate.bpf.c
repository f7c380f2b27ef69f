/* SPDX-License-Identifier: GPL-2.0-only */
/* A filter of some forty instructions without tables: what `make bench` loads again and again. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int rate(struct __sk_buff *skb)
{
	__u64 sum = skb->len;

#pragma unroll
	for (int i = 1; i <= 16; i++)
		sum = sum * 31 + (sum >> i);
	return sum;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
/* A value for a socket, for scenario_storage.py. It needs none of the kernel's types. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} of_sockets SEC(".maps");

SEC("tc")
int counts_packets(struct __sk_buff *skb)
{
	__u64 *times;

	if (!skb->sk)
		return 0;
	times = bpf_sk_storage_get(&of_sockets, skb->sk, 0, 0);
	if (times)
		__sync_fetch_and_add(times, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Filters of events that happen all the time, for the scenario beside it.
#include "counts.h"

SEC("?kprobe/vfs_write")
int kprobe(void *ctx)
{
	return count(0);
}

SEC("?kretprobe/vfs_write")
int kretprobe(void *ctx)
{
	return count(0);
}

SEC("?fentry/vfs_write")
int fentry(void *ctx)
{
	return count(0);
}

SEC("?fexit/vfs_write")
int fexit(void *ctx)
{
	return count(1);
}

SEC("?raw_tp/sys_enter")
int raw_tp(void *ctx)
{
	return count(0);
}

SEC("?tp_btf/sys_enter")
int tp_btf(void *ctx)
{
	return count(0);
}

SEC("?tp/raw_syscalls/sys_enter")
int tp(void *ctx)
{
	return count(0);
}

SEC("?socket")
int socket(struct __sk_buff *skb)
{
	count(0);
	return 0;
}

SEC("?socket")
int other_socket(struct __sk_buff *skb)
{
	count(1);
	return skb->len;
}

char _license[] SEC("license") = "GPL";

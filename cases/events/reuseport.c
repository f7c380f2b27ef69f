// SPDX-License-Identifier: GPL-2.0-only
// Which of the sockets that share a port is to get a datagram: run_bpf_filter() and
// bpf_run_sk_reuseport() in net/core/sock_reuseport.c. The data begins with the UDP header.
#include "seen.h"

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

/* The digit that was sent. */
SEC("sk_reuseport")
int by_its_first_byte(struct sk_reuseport_md *ctx)
{
	__u8 digit = 0;
	__u32 slot;

	if (bpf_skb_load_bytes(ctx, 8, &digit, 1))
		return SK_DROP;
	slot = digit - '0';
	saw(slot);
	return bpf_sk_select_reuseport(ctx, &sockets, &slot, 0) ? SK_DROP : SK_PASS;
}

SEC("sk_reuseport")
int none_of_them(struct sk_reuseport_md *ctx)
{
	saw(ctx->len);
	return SK_DROP;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Messages between sockets in a table: sk_msg_verdict() and sk_psock_verdict_recv() in
// net/core/skmsg.c.
#include "seen.h"

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} by_key SEC(".maps");

SEC("sk_msg")
int message_passes(struct sk_msg_md *msg)
{
	saw(msg->size);
	return SK_PASS;
}

SEC("sk_msg")
int message_is_dropped(struct sk_msg_md *msg)
{
	saw(msg->size);
	return SK_DROP;
}

/* What socket 0 sends comes in at socket 1 of the table. */
SEC("sk_msg")
int message_goes_to_another(struct sk_msg_md *msg)
{
	return bpf_msg_redirect_map(msg, &sockets, 1, BPF_F_INGRESS);
}

SEC("sk_msg")
int message_goes_out_of_another(struct sk_msg_md *msg)
{
	__u32 key = 1;

	return bpf_msg_redirect_hash(msg, &by_key, &key, 0);
}

SEC("sk_skb/stream_verdict")
int stream_passes(struct __sk_buff *skb)
{
	saw(skb->len);
	return SK_PASS;
}

SEC("sk_skb/stream_verdict")
int stream_is_dropped(struct __sk_buff *skb)
{
	saw(skb->len);
	return SK_DROP;
}

/* What comes in at socket 0 goes out of socket 1, to the other end of its connection. */
SEC("sk_skb/stream_verdict")
int stream_goes_out_of_another(struct __sk_buff *skb)
{
	return bpf_sk_redirect_map(skb, &sockets, 1, 0);
}

SEC("sk_skb/stream_verdict")
int stream_goes_out_of_itself(struct __sk_buff *skb)
{
	__u32 key = 0;

	return bpf_sk_redirect_hash(skb, &by_key, &key, 0);
}

/* A piece that a parser has named is not all that the buffer holds, so its size is not asked. */
SEC("sk_skb/stream_verdict")
int pieces_are_dropped(struct __sk_buff *skb)
{
	saw(0);
	return SK_DROP;
}

/* Three bytes are one message to the verdict. */
SEC("sk_skb/stream_parser")
int by_threes(struct __sk_buff *skb)
{
	return 3;
}

/* All that the buffer holds is one message. */
SEC("sk_skb/stream_parser")
int as_one(struct __sk_buff *skb)
{
	return skb->len;
}

char _license[] SEC("license") = "GPL";

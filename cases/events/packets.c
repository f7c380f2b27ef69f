// SPDX-License-Identifier: GPL-2.0-only
// Filters of sockets, for scenarios: what they return is how much of a packet the socket gets.
#include "seen.h"

SEC("socket")
int all_of_it(struct __sk_buff *skb)
{
	saw(skb->len);
	return -1;
}

SEC("socket")
int nothing_of_it(struct __sk_buff *skb)
{
	saw(skb->len);
	return 0;
}

/* A UDP socket's filter sees the 8 bytes of the header, too: 3 are left of what was sent. */
SEC("socket")
int eleven_bytes(struct __sk_buff *skb)
{
	return 11;
}

SEC("socket")
int those_with_an_x(struct __sk_buff *skb)
{
	__u8 last = 0;

	return bpf_skb_load_bytes(skb, skb->len - 1, &last, 1) || last != 'x' ? 0 : -1;
}

char _license[] SEC("license") = "GPL";

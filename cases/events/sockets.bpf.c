// SPDX-License-Identifier: GPL-2.0-only
// Filters on one socket of the agent: sk_filter_trim_cap() in net/core/filter.c. Scenarios look at what
// the sockets get.
#include "seen.h"

/* Its 8 bytes of header are seen, too. */
SEC("socket")
__success __event("socket/udp/4000")
__trigger("@udp listen=none 127.0.0.1:4000 text:hello")
__trigger("@udp listen=none 127.0.0.1:4001 text:hello")
__table(seen, "u32:13", "u64:1")
int a_udp_socket_receives(struct __sk_buff *skb)
{
	saw(skb->len);
	return -1;
}

SEC("socket")
__success __event("socket/unix/bench")
__trigger("@unix listen=none @bench text:hello")
__trigger("@unix @other text:hello")
__table(seen, "u32:5", "u64:1")
int a_unix_socket_receives(struct __sk_buff *skb)
{
	saw(skb->len);
	return -1;
}

/* A packet socket sees what goes out of lo and what comes in, and which is which: linux/if_packet.h. */
SEC("socket")
__success __event("socket/lo")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello")
__table(seen, "u32:0", "u64:1") __table(seen, "u32:4", "u64:1")
int a_packet_socket_receives(struct __sk_buff *skb)
{
	saw(skb->pkt_type);
	return -1;
}

char _license[] SEC("license") = "GPL";

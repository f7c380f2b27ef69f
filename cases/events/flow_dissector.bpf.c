// SPDX-License-Identifier: GPL-2.0-only
// Called for a packet socket that sends a frame, to learn where its transport header is:
// packet_parse_headers() in net/packet/af_packet.c.
#include "seen.h"
#include <bpf/bpf_endian.h>

/* To 02:…:02: IPv4 from 127.0.0.1 to 127.0.0.1, UDP from port 5 to 7, no bytes in it. */
#define DATAGRAM                                                                                 \
	"zero:12 be16:0x0800 hex:4500001c00000000401100007f0000017f000001 be16:5 be16:7 be16:8 be16:0"

SEC("flow_dissector")
__success __needs("flow_dissector-links")
__trigger("@packet listen=none lo " DATAGRAM)
__table(seen, "u32:0x0800", "u64:1")
int the_type_is_known(struct __sk_buff *skb)
{
	__u32 type = bpf_ntohs(skb->flow_keys->n_proto), key = type;
	__u64 one = 1;

	/* However often it is asked. */
	bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
	return BPF_DROP;
}

SEC("flow_dissector")
__success __needs("flow_dissector-links")
__trigger("@packet listen=none lo " DATAGRAM)
__table(seen, "u32:17", "u64:1") __table(seen, "u32:7", "u64:1")
int the_network_header_is_where_it_is_said(struct __sk_buff *skb)
{
	__u32 protocol, port;
	__u64 one = 1;
	__u8 bytes[24];

	if (bpf_skb_load_bytes(skb, skb->flow_keys->nhoff, bytes, sizeof(bytes)))
		return BPF_DROP;
	protocol = bytes[9];
	port = bytes[22] << 8 | bytes[23];
	bpf_map_update_elem(&seen, &protocol, &one, BPF_ANY);
	bpf_map_update_elem(&seen, &port, &one, BPF_ANY);
	return BPF_DROP;
}

char _license[] SEC("license") = "GPL";

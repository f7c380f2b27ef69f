// SPDX-License-Identifier: GPL-2.0-only
// Two filters of one packet: what one says of its flow, the other sees in its hash, which the kernel
// makes of what it is told (__skb_get_hash() in net/core/flow_dissector.c).
#include <case.h>
#include <bpf/bpf_endian.h>

#define FIRST_PORT 4000

/* The hash of what came for the ports from 4000 on. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} hashes SEC(".maps");

static __always_inline int tell(struct __sk_buff *skb, __be16 from, __be16 to)
{
	struct bpf_flow_keys *keys = skb->flow_keys;

	keys->thoff = keys->nhoff + 20;
	keys->addr_proto = 0x0800;
	keys->ip_proto = 17;
	keys->ipv4_src = keys->ipv4_dst = bpf_htonl(0x01020304);
	keys->sport = from;
	keys->dport = to;
	return BPF_OK;
}

/* Everything is one flow. */
SEC("flow_dissector")
int one_flow(struct __sk_buff *skb)
{
	return tell(skb, bpf_htons(1), bpf_htons(2));
}

/* Ports make a flow, whatever else is the same. */
SEC("flow_dissector")
int flows_by_port(struct __sk_buff *skb)
{
	__be16 ports[2];

	if (bpf_skb_load_bytes(skb, skb->flow_keys->nhoff + 20, ports, sizeof(ports)))
		return BPF_DROP;
	return tell(skb, bpf_htons(1), ports[1]);
}

SEC("tc")
int note_hash(struct __sk_buff *skb)
{
	__u32 slot, hash = bpf_get_hash_recalc(skb);
	__be16 port;

	/* Behind the headers of Ethernet and IPv4 is where it is from. */
	if (bpf_skb_load_bytes(skb, 14 + 20 + 2, &port, sizeof(port)))
		return 0;
	slot = bpf_ntohs(port) - FIRST_PORT;
	bpf_map_update_elem(&hashes, &slot, &hash, BPF_ANY);
	return 0;
}

char _license[] SEC("license") = "GPL";

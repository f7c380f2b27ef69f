// SPDX-License-Identifier: GPL-2.0-only
// What a flow dissector says of a packet comes out of a test run as struct bpf_flow_keys:
// bpf_prog_test_run_flow_dissector() in net/bpf/test_run.c. The result is the filter's since v6.1 only,
// and before it whether that was BPF_OK.
#include <case.h>
#include <bpf/bpf_endian.h>

#define ETHERNET 14

/* From 1.2.3.4, port 5, to 10.20.30.40, port 7, with 4 bytes of options. */
#define DATAGRAM                                                                                 \
	"zero:12 be16:0x0800 "                                                                   \
	"hex:46000020000000004011000001020304 hex:0a141e28 hex:01010100 be16:5 be16:7 be16:8 be16:0"

/* nhoff thoff addr_proto, is_frag is_first_frag is_encap ip_proto, n_proto sport dport, addresses,
 * flags, flow_label.
 */
SEC("flow_dissector")
__success
__data(DATAGRAM)
__data_out("u16:14 u16:38 u16:0x0800 u8:0 u8:0 u8:0 u8:17 be16:0x0800 be16:5 be16:7 "
	   "hex:01020304 hex:0a141e28 zero:24 u32:0 u32:0")
int a_datagram_is_taken_apart(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct bpf_flow_keys *keys = skb->flow_keys;
	__u8 *network = data + ETHERNET, *transport;
	__u8 size;

	if (keys->n_proto != bpf_htons(0x0800) || keys->nhoff != ETHERNET ||
	    (void *)network + 20 > end)
		return BPF_DROP;
	size = (network[0] & 15) * 4;
	transport = network + size;
	if ((void *)transport + 4 > end)
		return BPF_DROP;
	keys->thoff = ETHERNET + size;
	keys->addr_proto = 0x0800;
	keys->ip_proto = network[9];
	keys->sport = *(__be16 *)transport;
	keys->dport = *(__be16 *)(transport + 2);
	__builtin_memcpy(&keys->ipv4_src, network + 12, 8);
	return BPF_OK;
}

// The kernel knows two things before it asks, and keeps offsets within the packet afterwards.
SEC("flow_dissector")
__success
__data("zero:12 be16:0x88b5 zero:50")
__data_out("u16:14 u16:64 u16:0 u8:0 u8:0 u8:0 u8:0 be16:0x88b5 u16:0 u16:0 zero:32 u32:0 u32:0")
int offsets_end_with_the_packet(struct __sk_buff *skb)
{
	skb->flow_keys->thoff = 1000;
	return BPF_OK;
}

// What has been written so far is told, though the filter gives up.
SEC("flow_dissector")
__success
__data(DATAGRAM)
__data_out("u16:14 u16:14 u16:0 u8:0 u8:0 u8:0 u8:6 be16:0x0800 u16:0 u16:0 zero:32 u32:0 u32:0")
int nothing_is_known(struct __sk_buff *skb)
{
	skb->flow_keys->ip_proto = 6;
	return BPF_DROP;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Filters on the way of a packet. The first three of each kind let it pass, to the next of them where
// there can be more than one; the one called "drop" does not.
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>
#include "association.h"
#include <bpf/bpf_endian.h>

/* Of frames that nothing but a trigger sends: IEEE 802's for experiments. */
#define OURS bpf_htons(0x88b5)

#define TCX_NEXT -1
#define TCX_DROP 2

static __always_inline int frame(struct xdp_md *packet, __u32 filter, int verdict)
{
	void *data = (void *)(long)packet->data;
	__u16 *type = data + 12;

	if ((void *)(type + 1) > (void *)(long)packet->data_end || *type != OURS)
		return XDP_PASS;
	note(filter);
	return verdict;
}

static __always_inline int buffer(struct __sk_buff *skb, __u32 filter, int verdict)
{
	if (skb->protocol != OURS)
		return TCX_NEXT;
	note(filter);
	return verdict;
}

/* Not the ICMP packet that answers one for which there is no socket. */
static __always_inline int datagram(struct __sk_buff *skb, __u32 filter, int verdict)
{
	__u8 protocol;

	if (bpf_skb_load_bytes(skb, offsetof(struct iphdr, protocol), &protocol, 1) ||
	    protocol != IPPROTO_UDP)
		return 1;
	note(filter);
	return verdict;
}

static __always_inline int counted(__u32 filter, int verdict)
{
	note(filter);
	return verdict;
}

#define FILTER(name, section, type, call, number, verdict) \
	SEC(section) int name(type *ctx) { return call(ctx, number, verdict); }
#define FOUR(kind, section, type, call, pass, drop) \
	FILTER(kind##_1, section, type, call, 1, pass) \
	FILTER(kind##_2, section, type, call, 2, pass) \
	FILTER(kind##_3, section, type, call, 3, pass) \
	FILTER(kind##_drop, section, type, call, 0, drop)
#define any(ctx, number, verdict) counted(number, verdict)

FOUR(xdp, "?xdp", struct xdp_md, frame, XDP_PASS, XDP_DROP)
FOUR(tcx, "?tcx/ingress", struct __sk_buff, buffer, TCX_NEXT, TCX_DROP)
FOUR(tc, "?tc", struct __sk_buff, buffer, TC_ACT_UNSPEC, TC_ACT_SHOT)
FOUR(group, "?cgroup_skb/egress", struct __sk_buff, datagram, 1, 0)
FOUR(lookup, "?sk_lookup", struct bpf_sk_lookup, any, SK_PASS, SK_DROP)

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Filters on veth0 and veth1, the two ends of a wire.
#include <linux/pkt_cls.h>
#include "seen.h"

/* The index of an interface, by slot 0. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

static __always_inline __u32 target_index(void)
{
	__u32 slot = 0, *index = bpf_map_lookup_elem(&target, &slot);

	return index ? *index : 0;
}

/* Addresses change places, so that the other end takes it for its own. */
static __always_inline int turn_around(void *data, void *end)
{
	__u8 to[6], *header = data;

	if (data + 14 > end)
		return 0;
	__builtin_memcpy(to, header, 6);
	__builtin_memcpy(header, header + 6, 6);
	__builtin_memcpy(header + 6, to, 6);
	return 1;
}

SEC("xdp")
int sent_back(struct xdp_md *ctx)
{
	saw(ctx->data_end - ctx->data);
	return turn_around((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_TX : XDP_DROP;
}

SEC("xdp")
int sent_elsewhere(struct xdp_md *ctx)
{
	return bpf_redirect(target_index(), 0);
}

SEC("tc")
int cloned_elsewhere(struct __sk_buff *skb)
{
	return bpf_clone_redirect(skb, target_index(), 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int redirected_elsewhere(struct __sk_buff *skb)
{
	return bpf_redirect(target_index(), 0);
}

SEC("tc")
int shot(struct __sk_buff *skb)
{
	saw(skb->len);
	return TC_ACT_SHOT;
}

SEC("tc")
int marked(struct __sk_buff *skb)
{
	saw(skb->mark);
	skb->mark++;
	return TC_ACT_UNSPEC;
}

static __always_inline int mark(struct __sk_buff *skb)
{
	saw(skb->mark);
	skb->mark++;
	return TCX_NEXT;
}

SEC("tcx/ingress")
int marked_next(struct __sk_buff *skb)
{
	return mark(skb);
}

SEC("tcx/ingress")
int marked_again(struct __sk_buff *skb)
{
	return mark(skb);
}

SEC("tcx/ingress")
int marked_never(struct __sk_buff *skb)
{
	return mark(skb);
}

SEC("tcx/ingress")
int shot_at_once(struct __sk_buff *skb)
{
	saw(skb->mark);
	return TCX_DROP;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Classifiers of a clsact qdisc on lo, direct-action: cls_bpf_classify() in net/sched/cls_bpf.c.
#include <linux/pkt_cls.h>
#include "seen.h"
#include <bpf/bpf_endian.h>

SEC("tc")
__success __needs("clsact")
__trigger("@packet times=2 lo zero:12 be16:0x88b5 text:hello")
__table(seen, "u32:19", "u64:2")
int frames_come_in(struct __sk_buff *skb)
{
	saw(skb->len);
	return TC_ACT_OK;
}

SEC("tc")
__success __needs("clsact")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = nothing")
__trigger("@packet lo zero:12 be16:0x88b6 text:hello")
int frames_of_a_type_are_shot(struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(0x88b5) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
__success __needs("clsact")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = zero:12 be16:0x88b5 text:jello")
int a_byte_is_stored(struct __sk_buff *skb)
{
	char letter = 'j';

	return bpf_skb_store_bytes(skb, 14, &letter, 1, 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
__success __needs("clsact")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = zero:12 be16:0x88b5 text:he")
int the_tail_is_cut(struct __sk_buff *skb)
{
	return bpf_skb_change_tail(skb, 16, 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Filters of traffic control that are attached by a link, without a qdisc, on lo: tcx_run() in
// net/core/dev.c.
#include <linux/pkt_cls.h>
#include "seen.h"
#include <bpf/bpf_endian.h>

SEC("tcx/ingress")
__success __needs("tcx")
__trigger("@packet times=2 lo zero:12 be16:0x88b5 text:hello")
__table(seen, "u32:19", "u64:2")
int frames_come_in(struct __sk_buff *skb)
{
	saw(skb->len);
	return TC_ACT_OK;
}

SEC("tcx/ingress")
__success __needs("tcx")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = nothing")
__trigger("@packet lo zero:12 be16:0x88b6 text:hello")
int frames_are_shot_when_they_come_in(struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(0x88b5) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tcx/egress")
__success __needs("tcx")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = zero:12 be16:0x88b5 text:help!")
int frames_are_changed_when_they_go_out(struct __sk_buff *skb)
{
	char letters[] = {'p', '!'};

	return bpf_skb_store_bytes(skb, 17, letters, 2, 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tcx/egress")
__success __needs("tcx")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello = ENOBUFS")
__table(seen, "u32:19", "u64:1")
int frames_do_not_go_out(struct __sk_buff *skb)
{
	saw(skb->len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";

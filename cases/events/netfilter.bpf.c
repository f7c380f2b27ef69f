// SPDX-License-Identifier: GPL-2.0-only
// Hooks of netfilter, here what comes in for this machine: nf_hook_run_bpf() in
// net/netfilter/nf_bpf_link.c.
#include "seen.h"

#define NF_DROP 0
#define NF_ACCEPT 1

SEC("netfilter")
__success __needs("netfilter-links")
__trigger("@udp times=4 127.0.0.1:4000 text:hello")
__table(seen, "u32:0", "u64:4")
int packets_are_accepted(void *ctx)
{
	saw(0);
	return NF_ACCEPT;
}

SEC("netfilter")
__success __needs("netfilter-links")
__trigger("@udp 127.0.0.1:4000 text:hello = nothing")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello")
__table(seen, "u32:0", "u64:1")
int packets_are_dropped(void *ctx)
{
	saw(0);
	return NF_DROP;
}

SEC("netfilter")
__success __needs("netfilter-links") __event("netfilter/local_out")
__trigger("@udp 127.0.0.1:4000 text:hello = EPERM")
__table(seen, "u32:0", "u64:1")
int packets_are_dropped_on_their_way_out(void *ctx)
{
	saw(0);
	return NF_DROP;
}

SEC("netfilter")
__success __needs("netfilter-links ipv6") __event("netfilter/ipv6/pre_routing")
__trigger("@udp [::1]:4000 text:hello = nothing")
__trigger("@udp 127.0.0.1:4000 text:hello")
__table(seen, "u32:0", "u64:1")
int packets_of_ipv6_are_dropped(void *ctx)
{
	saw(0);
	return NF_DROP;
}

SEC("netfilter")
__success __needs("netfilter-links")
__event("netfilter/ipv4/local_in/5") __event("netfilter/ipv4/local_in/4")
__event("netfilter/ipv4/post_routing/4")
__trigger("@udp 127.0.0.1:4000 text:hello")
__table(seen, "u32:0", "u64:3")
int one_filter_at_several_hooks(void *ctx)
{
	saw(0);
	return NF_ACCEPT;
}

char _license[] SEC("license") = "GPL";

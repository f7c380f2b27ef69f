// SPDX-License-Identifier: GPL-2.0-only
// Hooks of netfilter, here what comes in for this machine: nf_hook_run_bpf() in
// net/netfilter/nf_bpf_link.c.
#include "loopback.h"
#include "seen.h"

#define NF_DROP 0
#define NF_ACCEPT 1

/* Others' packets are let through, and not counted. */
static __always_inline int local(struct bpf_nf_ctx *ctx, int verdict)
{
	if (!is_local(ctx))
		return NF_ACCEPT;
	saw(0);
	return verdict;
}

SEC("netfilter")
__success __needs("netfilter-links btf")
__trigger("@udp times=4 127.0.0.1:4000 text:hello")
__table(seen, "u32:0", "u64:4")
int packets_are_accepted(struct bpf_nf_ctx *ctx)
{
	return local(ctx, NF_ACCEPT);
}

SEC("netfilter")
__success __needs("netfilter-links btf")
__trigger("@udp 127.0.0.1:4000 text:hello = nothing")
__trigger("@packet lo zero:12 be16:0x88b5 text:hello")
__table(seen, "u32:0", "u64:1")
int packets_are_dropped(struct bpf_nf_ctx *ctx)
{
	return local(ctx, NF_DROP);
}

SEC("netfilter")
__success __needs("netfilter-links btf") __event("netfilter/local_out")
__trigger("@udp 127.0.0.1:4000 text:hello = EPERM")
__table(seen, "u32:0", "u64:1")
int packets_are_dropped_on_their_way_out(struct bpf_nf_ctx *ctx)
{
	return local(ctx, NF_DROP);
}

SEC("netfilter")
__success __needs("netfilter-links btf ipv6") __event("netfilter/ipv6/pre_routing")
__trigger("@udp [::1]:4000 text:hello = nothing")
__trigger("@udp 127.0.0.1:4000 text:hello")
__table(seen, "u32:0", "u64:1")
int packets_of_ipv6_are_dropped(struct bpf_nf_ctx *ctx)
{
	return local(ctx, NF_DROP);
}

SEC("netfilter")
__success __needs("netfilter-links btf")
__event("netfilter/ipv4/local_in/5") __event("netfilter/ipv4/local_in/4")
__event("netfilter/ipv4/post_routing/4")
__trigger("@udp 127.0.0.1:4000 text:hello")
__table(seen, "u32:0", "u64:3")
int one_filter_at_several_hooks(struct bpf_nf_ctx *ctx)
{
	return local(ctx, NF_ACCEPT);
}

char _license[] SEC("license") = "GPL";

/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that do not leave the machine, or come to it: it may be talking to others, to us for
 * example.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <case.h>

#define LOOPBACK 1	/* ifindex of lo: LOOPBACK_IFINDEX in include/net/flow.h */

struct net_device {
	int ifindex;
} __attribute__((preserve_access_index));

struct nf_hook_state {
	struct net_device *in, *out;
} __attribute__((preserve_access_index));

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
} __attribute__((preserve_access_index));

/* A hook of netfilter has either device or both. */
static __always_inline int is_local(struct bpf_nf_ctx *ctx)
{
	const struct nf_hook_state *state = ctx->state;

	return state->in->ifindex == LOOPBACK || state->out->ifindex == LOOPBACK;
}

#endif

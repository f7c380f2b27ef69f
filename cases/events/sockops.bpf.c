// SPDX-License-Identifier: GPL-2.0-only
// Turns in the life of a TCP connection: tcp_call_bpf() in include/net/tcp.h.
#include "seen.h"
#include <bpf/bpf_endian.h>

SEC("sockops")
__success __needs("cgroup-bpf")
__trigger("@tcp cgroup=filtered times=2 127.0.0.1:4000 text:hello")
__trigger("@tcp 127.0.0.1:4000 text:hello")
__table(seen, "u32:4", "u64:2") __table(seen, "u32:5", "u64:2")
int connections_are_made_at_both_ends(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB ||
	    ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		saw(ctx->op);
	return 1;
}

/* From ESTABLISHED to FIN_WAIT1 (4) at the end that connected, which closes first. */
SEC("sockops")
__success __needs("cgroup-bpf")
__trigger("@tcp cgroup=filtered 127.0.0.1:4000 text:hello")
__table(seen, "u32:4", "u64:1")
int states_are_told_when_asked_for(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		bpf_sock_ops_cb_flags_set(ctx, BPF_SOCK_OPS_STATE_CB_FLAG);
	if (ctx->op == BPF_SOCK_OPS_STATE_CB && ctx->args[0] == BPF_TCP_ESTABLISHED &&
	    ctx->args[1] == BPF_TCP_FIN_WAIT1)
		saw(BPF_TCP_FIN_WAIT1);
	return 1;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Which socket is to get what is sent to a port that nobody has: bpf_sk_lookup_run_v4() in
// include/linux/filter.h.
#include "seen.h"

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

/* Ports 4000 to 4003 are for sockets 0 to 3. */
SEC("sk_lookup")
int by_port(struct bpf_sk_lookup *ctx)
{
	__u32 slot = ctx->local_port - 4000;
	struct bpf_sock *sk;
	int err;

	if (ctx->protocol != 17 || slot > 3)
		return SK_PASS;
	saw(ctx->local_port);
	sk = bpf_map_lookup_elem(&sockets, &slot);
	if (!sk)
		return SK_DROP;
	err = bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return err ? SK_DROP : SK_PASS;
}

char _license[] SEC("license") = "GPL";

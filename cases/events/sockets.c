// SPDX-License-Identifier: GPL-2.0-only
// Prints what there is of sockets, a line each.
#include "iterators.h"

struct sock_common {
	__u16 skc_num;
	unsigned char skc_state;
} RELOCATED;

struct udp_sock {
	int pending;
} RELOCATED;

struct unix_sock {
	int recursion_level;
} RELOCATED;

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
} RELOCATED;

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
} RELOCATED;

struct bpf_iter__unix {
	struct bpf_iter_meta *meta;
	struct unix_sock *unix_sk;
} RELOCATED;

SEC("?iter/tcp")
int tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (sk)
		print(ctx->meta, "port %d state %d\n", sk->skc_num, sk->skc_state);
	return 0;
}

SEC("?iter/udp")
int udp(struct bpf_iter__udp *ctx)
{
	struct sock_common *sk = (void *)ctx->udp_sk;

	if (sk)
		print(ctx->meta, "port %d\n", sk->skc_num);
	return 0;
}

SEC("?iter/unix")
int unix(struct bpf_iter__unix *ctx)
{
	if (ctx->unix_sk)
		print(ctx->meta, "a socket with a name or a path\n");
	return 0;
}

char _license[] SEC("license") = "GPL";

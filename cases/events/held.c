// SPDX-License-Identifier: GPL-2.0-only
// Prints the slots of a table of sockets: sock_map_seq_show() in net/core/sock_map.c.
#include "iterators.h"

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

struct sock {
	__u16 sk_protocol;
} RELOCATED;

struct bpf_iter__sockmap {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	struct sock *sk;
} RELOCATED;

SEC("iter/sockmap")
int slots(struct bpf_iter__sockmap *ctx)
{
	struct sock *sk = ctx->sk;
	__u32 *key = ctx->key;

	if (!key)
		return 0;
	if (sk)
		print(ctx->meta, "%d has a socket of protocol %d\n", *key, sk->sk_protocol);
	else
		print(ctx->meta, "%d\n", *key);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// Prints what a table knows of sockets: bpf_sk_storage_map_seq_show() in net/core/bpf_sk_storage.c.
#include "iterators.h"

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} notes SEC(".maps");

struct sock {
	__u16 sk_protocol;
} RELOCATED;

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	void *value;
} RELOCATED;

SEC("iter/bpf_sk_storage_map")
int noted(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	__u64 *value = ctx->value;
	struct sock *sk = ctx->sk;

	if (sk && value)
		print(ctx->meta, "protocol %d is %d\n", sk->sk_protocol, (int)*value);
	return 0;
}

char _license[] SEC("license") = "GPL";

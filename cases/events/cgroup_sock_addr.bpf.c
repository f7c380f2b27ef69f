// SPDX-License-Identifier: GPL-2.0-only
// Addresses that the processes in a cgroup hand to system calls, and get from them:
// __cgroup_bpf_run_filter_sock_addr() in kernel/bpf/cgroup.c. Ports are in network byte order.
#include "seen.h"
#include <bpf/bpf_endian.h>

/* What is for 4000 is for 4001. */
static __always_inline void redirect(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port != bpf_htons(4000))
		return;
	saw(ctx->user_family);
	ctx->user_port = bpf_htons(4001);
}

SEC("cgroup/bind4")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered listen=127.0.0.1:4000 127.0.0.1:4001 text:hello")
__table(seen, "u32:2", "u64:1")
int bind_to_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/bind6")
__success __needs("cgroup-bpf ipv6")
__trigger("@udp cgroup=filtered listen=[::1]:4000 [::1]:4001 text:hello")
__table(seen, "u32:10", "u64:1")
int bind6_to_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/bind4")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hello = EPERM")
__trigger("@udp 127.0.0.1:4000 text:hello")
int bind_is_refused(struct bpf_sock_addr *ctx)
{
	return 0;
}

SEC("cgroup/connect4")
__success __needs("cgroup-bpf")
__trigger("@tcp cgroup=filtered listen=127.0.0.1:4001 127.0.0.1:4000 text:hello")
__trigger("@tcp listen=127.0.0.1:4001 127.0.0.1:4000 text:hello = ECONNREFUSED")
__table(seen, "u32:2", "u64:1")
int connect_to_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/connect6")
__success __needs("cgroup-bpf ipv6")
__trigger("@tcp cgroup=filtered listen=[::1]:4001 [::1]:4000 text:hello")
__table(seen, "u32:10", "u64:1")
int connect6_to_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/connect4")
__success __needs("cgroup-bpf")
__trigger("@tcp cgroup=filtered 127.0.0.1:4000 text:hello = EPERM")
int connect_is_refused(struct bpf_sock_addr *ctx)
{
	return 0;
}

SEC("cgroup/sendmsg4")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered listen=127.0.0.1:4001 127.0.0.1:4000 text:hello")
__table(seen, "u32:2", "u64:1")
int send_to_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/sendmsg6")
__success __needs("cgroup-bpf ipv6")
__trigger("@udp cgroup=filtered listen=[::1]:4001 [::1]:4000 text:hello")
__table(seen, "u32:10", "u64:1")
int send6_to_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

/* A socket of 127.0.0.1:4000 that sends to itself, and is told that it came from elsewhere. */
#define HERE "u16:2+be16:4000+hex:7f000001+zero:8"

SEC("cgroup/recvmsg4")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; bind $1 " HERE " 16 ; sendto $1 text:hi 2 0 " HERE
	  " 16 ; recvfrom $1 zero:2 2 0 zero:16 u32:16 = text:hi u16:2 be16:4001 hex:7f000001 zero:8 "
	  "u32:16")
__table(seen, "u32:2", "u64:1")
int received_from_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/getpeername4")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; connect $1 " HERE " 16 ; getpeername $1 zero:16 u32:16"
	  " = u16:2 be16:4001 hex:7f000001 zero:8 u32:16")
__table(seen, "u32:2", "u64:1")
int the_peer_has_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

SEC("cgroup/getsockname4")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; bind $1 " HERE " 16 ; getsockname $1 zero:16 u32:16"
	  " = u16:2 be16:4001 hex:7f000001 zero:8 u32:16")
__table(seen, "u32:2", "u64:1")
int the_socket_has_another_port(struct bpf_sock_addr *ctx)
{
	redirect(ctx);
	return 1;
}

char _license[] SEC("license") = "GPL";

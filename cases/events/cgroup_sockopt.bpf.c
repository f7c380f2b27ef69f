// SPDX-License-Identifier: GPL-2.0-only
// Options of sockets: __cgroup_bpf_run_filter_getsockopt() and its like in kernel/bpf/cgroup.c.
#include "seen.h"

/* asm-generic/socket.h; these are the same on all architectures. */
#define SOL_SOCKET 1
#define SO_TYPE 3
#define SO_PRIORITY 12

/* To the verifier the value lies as in a packet: byte by byte, for machines that want alignment. */
struct value {
	__u32 number;
} __attribute__((packed));

SEC("cgroup/getsockopt")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; getsockopt $1 1 3 zero:4 u32:4 = u32:77 u32:4")
__trigger("@syscall socket 2 2 0 ; getsockopt $1 1 3 zero:4 u32:4 = u32:2 u32:4")
__table(seen, "u32:3", "u64:1")
int another_value_is_read(struct bpf_sockopt *ctx)
{
	struct value *value = ctx->optval;
	void *end = ctx->optval_end;

	if (ctx->level != SOL_SOCKET || ctx->optname != SO_TYPE || (void *)(value + 1) > end)
		return 1;
	saw(ctx->optname);
	value->number = 77;
	return 1;
}

SEC("cgroup/getsockopt")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; getsockopt $1 1 3 zero:4 u32:4 = EPERM")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; getsockopt $1 1 12 zero:4 u32:4 = u32:0 u32:4")
int an_option_is_not_read(struct bpf_sockopt *ctx)
{
	return ctx->level != SOL_SOCKET || ctx->optname != SO_TYPE;
}

SEC("cgroup/setsockopt")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; setsockopt $1 1 12 u32:5 4 ; "
	  "getsockopt $1 1 12 zero:4 u32:4 = u32:3 u32:4")
__trigger("@syscall socket 2 2 0 ; setsockopt $1 1 12 u32:5 4 ; "
	  "getsockopt $1 1 12 zero:4 u32:4 = u32:5 u32:4")
int another_value_is_set(struct bpf_sockopt *ctx)
{
	struct value *value = ctx->optval;
	void *end = ctx->optval_end;

	if (ctx->level == SOL_SOCKET && ctx->optname == SO_PRIORITY && (void *)(value + 1) <= end)
		value->number = 3;
	return 1;
}

SEC("cgroup/setsockopt")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; setsockopt $1 1 12 u32:5 4 = EPERM")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; setsockopt $1 1 12 u32:6 4 = 0")
int a_value_is_refused(struct bpf_sockopt *ctx)
{
	struct value *value = ctx->optval;
	void *end = ctx->optval_end;

	return ctx->optname != SO_PRIORITY || (void *)(value + 1) > end || value->number != 5;
}

char _license[] SEC("license") = "GPL";

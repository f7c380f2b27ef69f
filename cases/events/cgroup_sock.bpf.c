// SPDX-License-Identifier: GPL-2.0-only
// Sockets of the processes in a cgroup as they are made, bound and closed:
// __cgroup_bpf_run_filter_sk() in kernel/bpf/cgroup.c.
#include "seen.h"

#define SOCK_DGRAM 2

SEC("cgroup/sock_create")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hello = EPERM")
__trigger("@tcp cgroup=filtered 127.0.0.1:4000 text:hello")
__trigger("@udp 127.0.0.1:4000 text:hello")
__table(seen, "u32:2", "u64:1") __table(seen, "u32:1", "u64:2")
int datagram_sockets_are_not_made(struct bpf_sock *sk)
{
	saw(sk->type);
	return sk->type != SOCK_DGRAM;
}

SEC("cgroup/sock_release")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered socket 2 2 0 ; close $1 = 0")
__trigger("@syscall socket 2 2 0 ; close $1 = 0")
__table(seen, "u32:2", "u64:1")
int sockets_are_closed(struct bpf_sock *sk)
{
	saw(sk->type);
	return 1;
}

SEC("cgroup/post_bind4")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hello = EPERM")
__trigger("@udp cgroup=filtered 127.0.0.1:4001 text:hello")
__table(seen, "u32:4000", "u64:1") __table(seen, "u32:4001", "u64:1")
int a_port_is_not_to_be_had(struct bpf_sock *sk)
{
	saw(sk->src_port);
	return sk->src_port != 4000;
}

SEC("cgroup/post_bind6")
__success __needs("cgroup-bpf ipv6")
__trigger("@udp cgroup=filtered [::1]:4000 text:hello = EPERM")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hello")
int a_port_is_not_to_be_had_in_ipv6(struct bpf_sock *sk)
{
	return sk->src_port != 4000;
}

char _license[] SEC("license") = "GPL";

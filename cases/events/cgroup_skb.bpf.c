// SPDX-License-Identifier: GPL-2.0-only
// IP packets of the sockets of a cgroup: __cgroup_bpf_run_filter_skb() in kernel/bpf/cgroup.c. The
// packet begins with its IP header; 28 bytes are an IP and a UDP header.
#include "seen.h"

SEC("cgroup_skb/egress")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered times=2 127.0.0.1:4000 text:hello")
__table(seen, "u32:33", "u64:2")
int packets_go_out(struct __sk_buff *skb)
{
	saw(skb->len);
	return 1;
}

SEC("cgroup_skb/egress")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hello = EPERM")
__trigger("@udp cgroup=unfiltered 127.0.0.1:4000 text:hello")
__trigger("@udp 127.0.0.1:4000 text:hello")
__table(seen, "u32:33", "u64:1")
int packets_of_a_cgroup_do_not_go_out(struct __sk_buff *skb)
{
	saw(skb->len);
	return 0;
}

SEC("cgroup_skb/ingress")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered times=3 127.0.0.1:4000 text:hi")
__trigger("@udp 127.0.0.1:4000 text:hi")
__table(seen, "u32:30", "u64:3")
int packets_come_in(struct __sk_buff *skb)
{
	saw(skb->len);
	return 1;
}

SEC("cgroup_skb/ingress")
__success __needs("cgroup-bpf")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hi = nothing")
__trigger("@udp cgroup=filtered 127.0.0.1:4000 text:hello")
int packets_of_a_size_do_not_come_in(struct __sk_buff *skb)
{
	return skb->len != 30;
}

char _license[] SEC("license") = "GPL";

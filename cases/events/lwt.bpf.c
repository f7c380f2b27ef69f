// SPDX-License-Identifier: GPL-2.0-only
// Filters of a route to an address of this machine: run_lwt_bpf() in net/core/lwt_bpf.c. The packet
// begins with its IP header; 28 bytes are an IP and a UDP header.
#include "seen.h"

SEC("lwt_in")
__success __needs("lwt-bpf")
__trigger("@udp 192.0.2.1:4000 text:hello")
__table(seen, "u32:33", "u64:1")
int packets_come_in(struct __sk_buff *skb)
{
	saw(skb->len);
	return BPF_OK;
}

SEC("lwt_in")
__success __needs("lwt-bpf")
__trigger("@udp 192.0.2.1:4000 text:hello = nothing")
__trigger("@udp 127.0.0.1:4000 text:hello")
int packets_do_not_come_in(struct __sk_buff *skb)
{
	return BPF_DROP;
}

SEC("lwt_out")
__success __needs("lwt-bpf")
__trigger("@udp times=2 192.0.2.1:4000 text:hello")
__table(seen, "u32:33", "u64:2")
int packets_go_out(struct __sk_buff *skb)
{
	saw(skb->len);
	return BPF_OK;
}

SEC("lwt_out")
__success __needs("lwt-bpf")
__trigger("@udp 192.0.2.1:4000 text:hello = EPERM")
__trigger("@udp 127.0.0.1:4000 text:hello")
int packets_do_not_go_out(struct __sk_buff *skb)
{
	return BPF_DROP;
}

SEC("lwt_xmit")
__success __needs("lwt-bpf")
__trigger("@udp 192.0.2.1:4000 text:hello")
__table(seen, "u32:33", "u64:1")
int packets_are_sent(struct __sk_buff *skb)
{
	saw(skb->len);
	return BPF_OK;
}

SEC("lwt_xmit")
__success __needs("lwt-bpf")
__trigger("@udp 192.0.2.1:4000 text:hello = EPERM")
__trigger("@udp 127.0.0.1:4000 text:hello")
int packets_are_not_sent(struct __sk_buff *skb)
{
	return BPF_DROP;
}

char _license[] SEC("license") = "GPL";

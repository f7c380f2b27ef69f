// SPDX-License-Identifier: GPL-2.0-only
// A congestion control of TCP: struct tcp_congestion_ops of include/net/tcp.h. It grows the window by
// one for each acknowledgement and never shrinks it below what it was.
#include <vmlinux.h>
#include "seen.h"
#include <bpf/bpf_tracing.h>

enum { INIT, SSTHRESH, AVOID, UNDO, RELEASE };

SEC("struct_ops")
void BPF_PROG(begin, struct sock *sk)
{
	saw(INIT);
}

SEC("struct_ops")
void BPF_PROG(end, struct sock *sk)
{
	saw(RELEASE);
}

SEC("struct_ops")
__u32 BPF_PROG(threshold, struct sock *sk)
{
	return ((struct tcp_sock *)sk)->snd_ssthresh;
}

SEC("struct_ops")
void BPF_PROG(avoid, struct sock *sk, __u32 ack, __u32 acked)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;

	saw(AVOID);
	tcp->snd_cwnd = tcp->snd_cwnd + 1;
}

SEC("struct_ops")
__u32 BPF_PROG(undo, struct sock *sk)
{
	return ((struct tcp_sock *)sk)->snd_cwnd;
}

SEC(".struct_ops")
struct tcp_congestion_ops growing = {
	.init = (void *)begin,
	.release = (void *)end,
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid,
	.undo_cwnd = (void *)undo,
	.name = "bpf_growing",
};

/* Without what every congestion control must have. */
SEC(".struct_ops")
struct tcp_congestion_ops lacking = {
	.init = (void *)begin,
	.ssthresh = (void *)threshold,
	.name = "bpf_lacking",
};

char _license[] SEC("license") = "GPL";

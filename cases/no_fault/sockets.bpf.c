// SPDX-License-Identifier: GPL-2.0-only
// From packets to sockets, devices and files that they do not have, while a ping crosses lo.
#include "places.h"
#include <bpf/bpf_core_read.h>

struct inode {
	unsigned long i_ino;
} __attribute__((preserve_access_index));

struct file {
	struct inode *f_inode;
} __attribute__((preserve_access_index));

struct socket {
	struct file *file;
} __attribute__((preserve_access_index));

struct sock_common {
	unsigned short skc_family;
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
} __attribute__((preserve_access_index));

struct net_device {
	int ifindex;
} __attribute__((preserve_access_index));

struct sk_buff {
	unsigned int len;
	struct sock *sk;
	struct net_device *dev;
	unsigned char *data;
	struct sk_buff *next;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} seen SEC(".maps");

enum { RAN, WRONG };

static __always_inline void mark(__u32 slot)
{
	__u32 one = 1;

	bpf_map_update_elem(&seen, &slot, &one, BPF_ANY);
}

#define RECEIVED                                                                          \
	SEC("tp_btf/netif_receive_skb")                                                   \
	__success __needs("btf") __trigger("ping -c 1 127.0.0.1")                         \
	__table(seen, "u32:0", "u32:1") __table(seen, "u32:1", "u32:0")

/* What arrives belongs to no socket yet, or to the one it was sent from. */
RECEIVED APART
int file_of_its_socket(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct sock *sk = BPF_CORE_READ(skb, sk);
	unsigned long number = BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);

	mark(RAN);
	if (!sk && number)
		mark(WRONG);
	return 0;
}

/* A packet that stands alone has no next one, and that none either. */
RECEIVED APART
int packets_behind_it(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct sk_buff *next = skb->next;
	__u64 further = (next->next->next != 0) + next->len + next->dev->ifindex;

	mark(RAN);
	if (!next && further)
		mark(WRONG);
	return 0;
}

/* The bytes of it, and what lies behind: an error or bytes, but nothing half done. */
RECEIVED
int bytes_far_behind_its_own(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	const char *data = (const char *)skb->data;

	mark(RAN);
	for (int i = 0; i < 32; i++) {
		__u64 bytes[2] = {~0ull, ~0ull};

		if (bpf_probe_read_kernel(bytes, SIZE, data + i * 65521) && (bytes[0] || bytes[1]))
			mark(WRONG);
	}
	return 0;
}

/* A packet taken for the device, the socket and the file it is not. */
RECEIVED
int packet_taken_for_something_else(__u64 *ctx)
{
	struct file *file = (void *)ctx[0];
	struct socket *socket = (void *)ctx[0];
	struct sock *sk = (void *)ctx[0];
	unsigned long number = ~0ul;

	mark(RAN);
	if (BPF_CORE_READ_INTO(&number, file, f_inode, i_ino) && number)
		mark(WRONG);
	if (BPF_CORE_READ_INTO(&number, socket, file, f_inode, i_ino) && number)
		mark(WRONG);
	if (BPF_CORE_READ_INTO(&number, sk, sk_socket, file, f_inode, i_ino) && number)
		mark(WRONG);
	return 0;
}

/* The socket of a ping is neither: bpf_skc_to_*() look at the protocol before they cast. */
SEC("fentry/raw_sendmsg")
__success __needs("fentry") __trigger("ping -c 1 127.0.0.1")
__table(seen, "u32:0", "u32:1") __table(seen, "u32:1", "u32:0")
int socket_of_another_protocol(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];

	mark(RAN);
	if (bpf_skc_to_tcp_sock(sk) || bpf_skc_to_udp6_sock(sk) || bpf_skc_to_tcp_request_sock(sk) ||
	    bpf_skc_to_tcp_timewait_sock(sk))
		mark(WRONG);
	return 0;
}

char _license[] SEC("license") = "GPL";

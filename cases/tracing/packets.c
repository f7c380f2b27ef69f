// SPDX-License-Identifier: GPL-2.0-only
// Socket filters: what they return is how much of the packet the socket gets (run_filter() in
// net/packet/af_packet.c). The packet begins with its Ethernet header.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

/* Not atomic, which the JIT of arm does not know: the events come one after the other. */
static void count(void)
{
	__u32 slot = 0;
	__u64 *times = bpf_map_lookup_elem(&seen, &slot);

	if (times)
		++*times;
}

SEC("socket")
int let_all_through(struct __sk_buff *skb)
{
	count();
	return -1;
}

SEC("socket")
int let_none_through(struct __sk_buff *skb)
{
	count();
	return 0;
}

SEC("socket")
int cut_after_30_bytes(struct __sk_buff *skb)
{
	count();
	return 30;
}

/* Echo requests only: after 14 bytes of Ethernet and 20 of IP comes ICMP, whose type 8 they have. */
SEC("socket")
int requests_only(struct __sk_buff *skb)
{
	__u8 type = 0xff;

	count();
	return bpf_skb_load_bytes(skb, 34, &type, 1) || type != 8 ? 0 : skb->len;
}

char _license[] SEC("license") = "GPL";

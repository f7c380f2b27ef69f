// SPDX-License-Identifier: GPL-2.0-only
// Parts of a packet that it does not have, through bpf_skb_load_bytes() and its kin in net/core/filter.c:
// -EFAULT, and all of the destination zeroed. The packet has 64 bytes, of which a socket filter sees 50.
#include "places.h"

#define LOAD(name, at)                                                                    \
	SEC("socket")                                                                     \
	GIVES_NULLS                                                                       \
	int name(struct __sk_buff *skb)                                                   \
	{                                                                                 \
		__u64 bytes[2] = {~0ull, ~0ull};                                          \
                                                                                          \
		return judge(bpf_skb_load_bytes(skb, at, bytes, SIZE), bytes);            \
	}                                                                                 \
                                                                                          \
	SEC("socket")                                                                     \
	GIVES_NULLS                                                                       \
	int name##_of_the_network_header(struct __sk_buff *skb)                           \
	{                                                                                 \
		__u64 bytes[2] = {~0ull, ~0ull};                                          \
                                                                                          \
		return judge(bpf_skb_load_bytes_relative(skb, at, bytes, SIZE,            \
							 BPF_HDR_START_NET), bytes);      \
	}

LOAD(over_the_end_by_a_byte, 35)
LOAD(behind_the_end, 50)
LOAD(over_64_kibibytes, 65530)
LOAD(behind_64_kibibytes, 65536)
LOAD(last_of_31_bits, 0x7fffffff)
LOAD(first_of_32_bits, 0x80000000)
LOAD(around_the_end_of_numbers, -8)

SEC("socket")
__success __retval(0)
int up_to_the_end(struct __sk_buff *skb)
{
	__u64 bytes[2] = {~0ull, ~0ull};

	return bpf_skb_load_bytes(skb, 34, bytes, SIZE) || bytes[0] || bytes[1];
}

/* There is no such header to count from. */
SEC("socket")
__success __retval(1)
int of_no_header(struct __sk_buff *skb)
{
	__u64 bytes[2] = {~0ull, ~0ull};

	return judge(bpf_skb_load_bytes_relative(skb, 0, bytes, SIZE, 7), bytes);
}

/* The device of its own that a test run makes has no Ethernet header before the packet. */
SEC("tc")
__success __retval(1)
int before_the_start(struct __sk_buff *skb)
{
	__u64 bytes[2] = {~0ull, ~0ull};

	return judge(bpf_skb_load_bytes(skb, -1u, bytes, SIZE), bytes);
}

/* Bytes that are not there cannot be made linear. */
SEC("tc")
__success __retval(-12)
int more_made_linear_than_there_is(struct __sk_buff *skb)
{
	return bpf_skb_pull_data(skb, 65536);
}

char _license[] SEC("license") = "GPL";

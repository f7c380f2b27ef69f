// SPDX-License-Identifier: GPL-2.0-only
// Loads from packets: by pointer, and by the old instructions that convert to the machine's byte
// order and end the filter if the packet is too short (RFC 9669, section 5.5): bpf_gen_ld_abs() in
// net/core/filter.c, which calls bpf_skb_load_helper_*().
#include <bpf/bpf_endian.h>
#include "memory.h"

/* Ethernet, 20 bytes of IPv4, UDP from port 0x8182 to 0x0035 with 6 bytes in it. */
#define PACKET									\
	__data("hex:020000000001 hex:020000000002 be16:0x0800 hex:4500 be16:34 "	\
	       "be32:0x12344000 hex:4011 be16:0 be32:0x7f000001 be32:0x8a0b0c0d " \
	       "be16:0x8182 be16:0x0035 be16:14 be16:0 text:packet")

SEC("tc")
__success __retval(0x8182)
PACKET
int packet_by_pointer(struct __sk_buff *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u16 port;

	if (data + 42 > end)
		return -1;
	asm volatile("%[port] = *(u16 *)(%[data] + 34)" : [port] "=r"(port) : [data] "r"(data));
	return bpf_ntohs(port);
}

/* Every byte becomes its complement; the length of the packet is not known before. */
SEC("tc")
__success __retval(16)
__data("hex:000102030405060708090a0b0c0d0e0f")
__data_out("hex:fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0")
int packet_rewritten_byte_by_byte(struct __sk_buff *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int count = 0;

	for (int i = 0; i < 64 && data + i + 1 <= end; i++) {
		data[i] = ~data[i];
		count++;
	}
	return count;
}

/* r6 is the context, r0 what is found. Offsets count from the IP header here, because a socket
 * filter gets the packet without its Ethernet header.
 */
#define OLD_LOAD(insns, to)							\
	asm volatile("r6 = %[context]\n\t"					\
		     insns "\n\t"						\
		     "%[found] = r0"						\
		     : [found] "=r"(to) : [context] "r"(ctx)			\
		     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "memory")

SEC("socket")
__success __retval(1)
PACKET
FOUND("u64:0x45 u64:0x1234 u64:0x8a0b0c0d u64:0x74 zero:32")
int old_loads_at_an_offset(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	OLD_LOAD("r0 = *(u8 *)skb[0]", results->at[0]);
	OLD_LOAD("r0 = *(u16 *)skb[4]", results->at[1]);
	OLD_LOAD("r0 = *(u32 *)skb[16]", results->at[2]);
	OLD_LOAD("r0 = *(u8 *)skb[33]", results->at[3]);
	return 1;
}

SEC("socket")
__success __retval(1)
PACKET
FOUND("u64:0x11 u64:0x8182 u64:0x7f000001 u64:0x636b6574 zero:32")
int old_loads_by_a_register(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	OLD_LOAD("r7 = 9\n\tr0 = *(u8 *)skb[r7]", results->at[0]);
	OLD_LOAD("r7 = 20\n\tr0 = *(u16 *)skb[r7]", results->at[1]);
	OLD_LOAD("r7 = 12\n\tr0 = *(u32 *)skb[r7]", results->at[2]);
	OLD_LOAD("r7 = 30\n\tr0 = *(u32 *)skb[r7]", results->at[3]);
	return 1;
}

/* SKF_NET_OFF and SKF_LL_OFF of linux/filter.h: from the IP header, from the Ethernet header. */
SEC("socket")
__success __retval(1)
PACKET
FOUND("u64:34 u64:0x0800 u64:0x02000000 u64:0x8182 zero:32")
int old_loads_from_a_header(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	OLD_LOAD("r0 = *(u16 *)skb[-0x100000 + 2]", results->at[0]);
	OLD_LOAD("r0 = *(u16 *)skb[-0x200000 + 12]", results->at[1]);
	OLD_LOAD("r0 = *(u32 *)skb[-0x200000]", results->at[2]);
	OLD_LOAD("r7 = -0x100000 + 20\n\tr0 = *(u16 *)skb[r7]", results->at[3]);
	return 1;
}

/* The filter ends at once, though the first half of what it asks for is in the packet. */
SEC("socket")
__success __retval(0)
PACKET
FOUND("u64:0x6574 u64:0 zero:48")
int old_load_beyond_the_end_returns_0(struct __sk_buff *ctx)
{
	struct results *results = find_results();

	if (!results)
		return -1;
	OLD_LOAD("r0 = *(u16 *)skb[32]", results->at[0]);
	OLD_LOAD("r0 = *(u16 *)skb[33]", results->at[1]);
	results->at[2] = 1;
	return 1;
}

char _license[] SEC("license") = "GPL";

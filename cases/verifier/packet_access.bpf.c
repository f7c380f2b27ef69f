// SPDX-License-Identifier: GPL-2.0-only
// Packet bytes may be touched only behind a comparison with data_end, and only until the packet
// may have moved: check_packet_access() and find_good_pkt_pointers() in kernel/bpf/verifier.c.
// A test run's packet has 64 bytes.
#include <case.h>

#define DATA __imm_const(data, __builtin_offsetof(struct xdp_md, data))
#define DATA_END __imm_const(data_end, __builtin_offsetof(struct xdp_md, data_end))

/* r2 = data, r3 = data_end, r4 = data + length; in xdp. */
#define PACKET(length)					\
	"r2 = *(u32 *)(r1 + %[data]);"			\
	"r3 = *(u32 *)(r1 + %[data_end]);"		\
	"r4 = r2;"					\
	"r4 += " #length ";"				\
	"r0 = 0;"

#define ASM(text) asm volatile (text : : DATA, DATA_END : __clobber_all)

#define BYTES_0_TO_15 "hex:000102030405060708090a0b0c0d0e0f zero:48"

SEC("xdp")
__failure __errno(EACCES)
__msg("invalid access to packet, off=0 size=1, R2")
__msg("R2 offset is outside of the packet")
__naked int read_without_comparison(void)
{
	ASM(PACKET(14)
	    "r0 = *(u8 *)(r2 + 0);"
	    "exit;");
}

SEC("xdp")
__failure __errno(EACCES)
__msg("invalid access to packet, off=14 size=1, R2")
__naked int read_past_what_was_compared(void)
{
	ASM(PACKET(14)
	    "if r4 > r3 goto 1f;"
	    "r0 = *(u8 *)(r2 + 14);"
	    "1: exit;");
}

SEC("xdp")
__failure __errno(EACCES)
__msg("invalid access to packet, off=0 size=1, R2")
__naked int read_where_the_packet_is_too_short(void)
{
	ASM(PACKET(14)
	    "if r4 <= r3 goto 1f;"
	    "r0 = *(u8 *)(r2 + 0);"
	    "1: exit;");
}

/* All ways to write data + 14 <= data_end: both orders, both senses. */
SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(13)
__naked int end_not_exceeded(void)
{
	ASM(PACKET(14)
	    "if r4 > r3 goto 1f;"
	    "r0 = *(u8 *)(r2 + 13);"
	    "1: exit;");
}

SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(13)
__naked int at_most_the_end(void)
{
	ASM(PACKET(14)
	    "if r4 <= r3 goto 1f;"
	    "exit;"
	    "1: r0 = *(u8 *)(r2 + 13);"
	    "exit;");
}

SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(13)
__naked int end_not_below(void)
{
	ASM(PACKET(14)
	    "if r3 < r4 goto 1f;"
	    "r0 = *(u8 *)(r2 + 13);"
	    "1: exit;");
}

SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(13)
__naked int end_at_least(void)
{
	ASM(PACKET(14)
	    "if r3 >= r4 goto 1f;"
	    "exit;"
	    "1: r0 = *(u8 *)(r2 + 13);"
	    "exit;");
}

/* Strictly below the end leaves room for one byte more. */
SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(14)
__naked int below_the_end(void)
{
	ASM(PACKET(14)
	    "if r4 < r3 goto 1f;"
	    "exit;"
	    "1: r0 = *(u8 *)(r2 + 14);"
	    "exit;");
}

/* The pointer that was compared is the end of the range, not its beginning. */
SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(13)
__naked int backwards_from_the_compared_pointer(void)
{
	ASM(PACKET(14)
	    "if r4 > r3 goto 1f;"
	    "r0 = *(u8 *)(r4 - 1);"
	    "1: exit;");
}

SEC("xdp")
__failure __errno(EACCES)
__msg("pointer arithmetic on pkt_end prohibited")
__naked int end_moved(void)
{
	ASM(PACKET(14)
	    "r3 += 1;"
	    "exit;");
}

/* A length read from the packet: 8 bits of it, and the sum compared anew. */
SEC("xdp")
__success __data("u8:10 hex:0102030405060708090a0b zero:52") __retval(11)
__naked int length_of_8_bits_in_the_packet(void)
{
	ASM(PACKET(1)
	    "if r4 > r3 goto 1f;"
	    "r5 = *(u8 *)(r2 + 0);"
	    "r4 += r5;"
	    "r2 = r4;"
	    "r2 += 1;"
	    "if r2 > r3 goto 1f;"
	    "r0 = *(u8 *)(r4 + 0);"
	    "1: exit;");
}

/* With 32 bits the sum could wrap, so comparing it proves nothing: MAX_PACKET_OFF is 65535. */
SEC("xdp")
__failure __errno(EACCES)
__msg("invalid access to packet, off=4 size=1, R4")
__naked int length_of_32_bits_in_the_packet(void)
{
	ASM(PACKET(4)
	    "if r4 > r3 goto 1f;"
	    "r5 = *(u32 *)(r2 + 0);"
	    "r4 += r5;"
	    "r2 = r4;"
	    "r2 += 1;"
	    "if r2 > r3 goto 1f;"
	    "r0 = *(u8 *)(r4 + 0);"
	    "1: exit;");
}

/* After the head has moved nothing that was derived from the old one is a pointer. */
SEC("xdp")
__failure __errno(EACCES)
__msg("invalid mem access 'scalar'")
int read_after_the_head_moved(struct xdp_md *xdp)
{
	volatile __u8 *data = (void *)(long)xdp->data;

	if ((void *)data + 1 > (void *)(long)xdp->data_end)
		return XDP_DROP;
	bpf_xdp_adjust_head(xdp, 0);
	return *data;
}

SEC("xdp")
__success __data(BYTES_0_TO_15) __retval(1)
int read_anew_after_the_head_moved(struct xdp_md *xdp)
{
	volatile __u8 *data;

	if (bpf_xdp_adjust_head(xdp, 1))
		return XDP_DROP;
	data = (void *)(long)xdp->data;
	if ((void *)data + 1 > (void *)(long)xdp->data_end)
		return XDP_DROP;
	return *data;
}

/* What is on its way out through a cgroup may be looked at, not changed. */
SEC("cgroup_skb/egress")
__failure __errno(EACCES)
__msg("cannot write into packet")
int write_from_a_cgroup(struct __sk_buff *skb)
{
	volatile __u8 *data = (void *)(long)skb->data;

	if ((void *)data + 1 > (void *)(long)skb->data_end)
		return 1;
	*data = 0;
	return 1;
}

char _license[] SEC("license") = "GPL";

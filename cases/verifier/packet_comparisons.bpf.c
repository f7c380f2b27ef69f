// SPDX-License-Identifier: GPL-2.0-only
// Packet bytes may be touched only behind a comparison with data_end, where it says that
// they are there: find_good_pkt_pointers() and check_packet_access() in kernel/bpf/verifier.c.
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
__msg("R2 min value is outside of the allowed memory range")
__kernels("", "7.0")
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

char _license[] SEC("license") = "GPL";

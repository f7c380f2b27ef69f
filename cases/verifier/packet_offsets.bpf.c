// SPDX-License-Identifier: GPL-2.0-only
// Offsets into a packet that are not constant, and packets that have moved or must not be changed:
// adjust_ptr_min_max_vals(), clear_all_pkt_pointers() and may_access_direct_pkt_data() in
// kernel/bpf/verifier.c. A test run's packet has 64 bytes.
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
__flag(BPF_F_ANY_ALIGNMENT)
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
__kernels("", "5.17") __msg("invalid mem access 'inv'")
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

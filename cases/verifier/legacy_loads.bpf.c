// SPDX-License-Identifier: GPL-2.0-only
// The packet loads of classic BPF: the packet is the one that r6 points to, r1 to r5 are lost, and
// a load beyond the packet ends the program with 0: check_ld_abs() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

SEC("socket")
__success __success_unpriv
__data("zero:14 be16:0x1234 zero:48") __retval(0x1234)
__naked int two_bytes_in_network_order(void)
{
	ASM("r6 = r1;"
	    "r0 = *(u16 *)skb[0];"
	    "exit;");
}

SEC("socket")
__success __success_unpriv
__retval(0)
__naked int beyond_the_packet(void)
{
	ASM("r6 = r1;"
	    "r0 = *(u8 *)skb[50];"
	    "r0 = 1;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("at the time of BPF_LD_ABS|IND R6 != pointer to skb")
__naked int packet_pointer_elsewhere(void)
{
	ASM("r6 = r10;"
	    "r0 = *(u8 *)skb[0];"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R1 !read_ok")
__naked int context_lost_by_the_load(void)
{
	ASM("r6 = r1;"
	    "r0 = *(u8 *)skb[0];"
	    "r0 = *(u32 *)(r1 + 0);"
	    "exit;");
}

SEC("xdp")
__failure __errno(EINVAL)
__msg("BPF_LD_[ABS|IND] instructions not allowed for this program type")
__naked int in_a_program_without_skb(void)
{
	ASM("r6 = r1;"
	    "r0 = *(u8 *)skb[0];"
	    "exit;");
}

/* The program may end right here. The words are of v6.12 and of later releases. */
SEC("socket")
__failure __errno(EINVAL)
__msg("Unreleased reference id=")
__msg("BPF_LD_[ABS|IND] {{cannot be mixed with socket references|would lead to reference leak}}")
__naked int while_a_record_is_held(void)
{
	ASM("r6 = r1;"
	    "r1 = %[ring] ll;"
	    "r2 = 8;"
	    "r3 = 0;"
	    "call %[bpf_ringbuf_reserve];"
	    "if r0 == 0 goto 1f;"
	    "r7 = r0;"
	    "r0 = *(u8 *)skb[0];"
	    "r1 = r7;"
	    "r2 = 0;"
	    "call %[bpf_ringbuf_discard];"
	    "1: r0 = 0;"
	    "exit;",
	    __imm(bpf_ringbuf_reserve), __imm(bpf_ringbuf_discard), __imm_addr(ring));
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// With BPF_F_STRICT_ALIGNMENT, or on machines that need it, an access must be proven to be aligned;
// on the stack always: check_ptr_alignment() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} pairs SEC(".maps");

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

/* r0 = a value of 16 bytes; r6 = 0 to 7, the verifier does not know which: it is 0. */
#define VALUE_AND_NUMBER				\
	"r6 = *(u32 *)(r1 + %[mark]);"			\
	"r6 &= 7;"					\
	"r1 = 0;"					\
	"*(u32 *)(r10 - 4) = r1;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[pairs] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto 1f;"

#define OUT						\
	"1: exit;"

#define PAIRS							\
	__imm(bpf_map_lookup_elem), __imm_addr(pairs),		\
	__imm_const(mark, __builtin_offsetof(struct __sk_buff, mark))

/* The same byte everywhere, so that neither byte order nor offset matters. */
#define NINES __put(pairs, "u32:0", "hex:09090909090909090909090909090909")

SEC("socket")
__flag(BPF_F_STRICT_ALIGNMENT)
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("misaligned value access off 2+0 size 4")
__kernels("6.2", "7.0") __msg("misaligned value access off 0+2+0 size 4")
__kernels("", "6.1") __msg("misaligned value access off (0x0; 0x0)+2+0 size 4")
__naked int value_at_2(void)
{
	ASM(VALUE_AND_NUMBER
	    "r0 += 2;"
	    "r0 = *(u32 *)(r0 + 0);" OUT, PAIRS);
}

SEC("socket")
__flag(BPF_F_STRICT_ALIGNMENT)
__success __success_unpriv
NINES __retval(0x09090909)
__naked int value_at_4(void)
{
	ASM(VALUE_AND_NUMBER
	    "r0 += 4;"
	    "r0 = *(u32 *)(r0 + 0);" OUT, PAIRS);
}

/* A single byte is aligned anywhere. */
SEC("socket")
__flag(BPF_F_STRICT_ALIGNMENT)
__success __success_unpriv
NINES __retval(9)
__naked int byte_at_a_variable_offset(void)
{
	ASM(VALUE_AND_NUMBER
	    "r0 += r6;"
	    "r0 = *(u8 *)(r0 + 0);" OUT, PAIRS);
}

/* The lowest bit is known to be clear, the next is not. */
SEC("socket")
__flag(BPF_F_STRICT_ALIGNMENT)
__failure __errno(EACCES)
__msg("misaligned value access off (0x0; 0xe)+0 size 4")
__kernels("", "7.0") __msg("misaligned value access off (0x0; 0xe)+0+0 size 4")
__naked int value_at_a_multiple_of_2(void)
{
	ASM(VALUE_AND_NUMBER
	    "r6 <<= 1;"
	    "if r6 > 12 goto 1f;"
	    "r0 += r6;"
	    "r0 = *(u32 *)(r0 + 0);" OUT, PAIRS);
}

SEC("socket")
__flag(BPF_F_STRICT_ALIGNMENT)
__success
NINES __retval(0x09090909)
__naked int value_at_a_multiple_of_4(void)
{
	ASM(VALUE_AND_NUMBER
	    "r6 &= 3;"
	    "r6 <<= 2;"
	    "r0 += r6;"
	    "r0 = *(u32 *)(r0 + 0);" OUT, PAIRS);
}

/* The flag that permits it even where the machine would have to trap. */
SEC("socket")
__flag(BPF_F_ANY_ALIGNMENT)
__success
NINES __retval(0x09090909)
__naked int value_anywhere_with_any_alignment(void)
{
	ASM(VALUE_AND_NUMBER
	    "r0 += r6;"
	    "r0 = *(u32 *)(r0 + 1);" OUT, PAIRS);
}

/* The stack is tracked in slots of 8 bytes: no flag helps. */
SEC("socket")
__flag(BPF_F_ANY_ALIGNMENT)
__failure __errno(EACCES)
__msg("misaligned stack access off 0+-12 size 8")
__kernels("6.2", "7.0") __msg("misaligned stack access off 0+0+-12 size 8")
__kernels("", "6.1") __msg("misaligned stack access off (0x0; 0x0)+0+-12 size 8")
__naked int stack_slot_at_minus_12(void)
{
	ASM("r0 = 0;"
	    "*(u64 *)(r10 - 12) = r0;"
	    "exit;");
}

/* r2 = data, with 18 bytes known to be there. */
#define PACKET						\
	"r2 = *(u32 *)(r1 + %[data]);"			\
	"r3 = *(u32 *)(r1 + %[data_end]);"		\
	"r0 = 0;"					\
	"r4 = r2;"					\
	"r4 += 18;"					\
	"if r4 > r3 goto 1f;"

#define XDP							\
	__imm_const(data, __builtin_offsetof(struct xdp_md, data)),	\
	__imm_const(data_end, __builtin_offsetof(struct xdp_md, data_end))

/* The strict rule takes packets to begin 2 bytes off, so that what follows the 14 bytes of an
 * Ethernet header is aligned. The addend is NET_IP_ALIGN of the strictest machine, not of this one.
 */
SEC("xdp")
__flag(BPF_F_STRICT_ALIGNMENT)
__failure __errno(EACCES)
__msg("misaligned packet access off 2+0+0 size 4")
__kernels("6.2", "7.0") __msg("misaligned packet access off 2+0+0+0 size 4")
__kernels("", "6.1") __msg("misaligned packet access off 2+(0x0; 0x0)+0+0 size 4")
__naked int packet_at_its_beginning(void)
{
	ASM(PACKET "r0 = *(u32 *)(r2 + 0);" OUT, XDP);
}

SEC("xdp")
__flag(BPF_F_STRICT_ALIGNMENT)
__success __data("zero:14 hex:07070707 zero:46") __retval(0x07070707)
__naked int packet_after_the_ethernet_header(void)
{
	ASM(PACKET "r0 = *(u32 *)(r2 + 14);" OUT, XDP);
}

char _license[] SEC("license") = "GPL";

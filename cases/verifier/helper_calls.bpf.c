// SPDX-License-Identifier: GPL-2.0-only
// Which helper a program may call, and with what: check_helper_call(), check_func_arg(),
// check_mem_size_reg() and check_map_func_compatibility() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("invalid func unknown#1000000")
__naked int helper_that_does_not_exist(void)
{
	ASM("call 1000000;"
	    "exit;");
}

SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("program of this type cannot use helper bpf_xdp_adjust_head#44")
__kernels("", "6.9") __msg("unknown func bpf_xdp_adjust_head#44")
__naked int helper_of_another_program_type(void)
{
	ASM("r2 = 0;"
	    "call %[bpf_xdp_adjust_head];"
	    "exit;", __imm(bpf_xdp_adjust_head));
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R1 type=scalar expected=map_ptr")
__kernels("", "5.17") __msg("R1 type=inv expected=map_ptr")
__naked int number_for_a_table(void)
{
	ASM("r2 = r10;"
	    "r2 += -8;"
	    "r1 = 4;"
	    "call %[bpf_map_lookup_elem];"
	    "exit;", __imm(bpf_map_lookup_elem));
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R2 type=ctx expected=fp")
__kernels("", "7.0") __msg("R2 type=ctx expected=fp, pkt,")
__naked int context_for_a_key(void)
{
	ASM("r2 = r1;"
	    "r1 = %[words] ll;"
	    "call %[bpf_map_lookup_elem];"
	    "r0 = 0;"
	    "exit;", __imm(bpf_map_lookup_elem), __imm_addr(words));
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R2 !read_ok")
__naked int argument_left_out(void)
{
	ASM("r1 = %[words] ll;"
	    "call %[bpf_map_lookup_elem];"
	    "r0 = 0;"
	    "exit;", __imm(bpf_map_lookup_elem), __imm_addr(words));
}

/* The key's 8 bytes would reach out of the frame. */
SEC("socket")
__failure __errno(EINVAL)
__msg("invalid read from stack R2 off=-4 size=8")
__kernels("", "6.13") __msg("invalid indirect access to stack R2 off=-4 size=8")
__naked int key_shorter_than_the_tables(void)
{
	ASM("r1 = 0;"
	    "*(u32 *)(r10 - 4) = r1;"
	    "r2 = r10;"
	    "r2 += -4;"
	    "r1 = %[words] ll;"
	    "call %[bpf_map_lookup_elem];"
	    "r0 = 0;"
	    "exit;", __imm(bpf_map_lookup_elem), __imm_addr(words));
}

/* A hash table is no queue. */
SEC("socket")
__failure __failure_unpriv __errno(EINVAL) __errno_unpriv(EINVAL)
__msg("cannot pass map_type 1 into func bpf_map_push_elem#87")
__naked int table_of_another_type(void)
{
	ASM("r1 = 0;"
	    "*(u64 *)(r10 - 8) = r1;"
	    "r2 = r10;"
	    "r2 += -8;"
	    "r3 = 0;"
	    "r1 = %[words] ll;"
	    "call %[bpf_map_push_elem];"
	    "r0 = 0;"
	    "exit;", __imm(bpf_map_push_elem), __imm_addr(words));
}

SEC("socket")
__failure __errno(EINVAL)
__msg("R2 is not a const")
__kernels("5.11", "7.2")
__failure __errno(EACCES) __msg("R2 is not a known constant'")
__kernels("", "5.10")
__failure __errno(EACCES) __msg("R2 unbounded size, use 'var &= const' or 'if (var < const)'")
int reservation_of_unknown_size(struct __sk_buff *skb)
{
	void *record = bpf_ringbuf_reserve(&ring, skb->len, 0);

	if (record)
		bpf_ringbuf_discard(record, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
// A global function is verified once, by itself, from its prototype alone; callers are held to the
// prototype and know nothing of what it returns: btf_prepare_func_args() in kernel/bpf/btf.c,
// btf_check_subprog_call() and do_check_common() in kernel/bpf/verifier.c.
#include <case.h>

struct pair {
	__u32 left;
	__u32 right;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[16]);
} blocks SEC(".maps");

/* The caller may always pass NULL, whether this one does or not. */
__weak __noinline int adds_without_check(struct pair *pair)
{
	return pair->left + pair->right;
}

SEC("tc")
__failure __errno(EACCES)
__msg("R1 invalid mem access 'mem_or_null'")
__kernels("", "5.11") __failure __errno(EINVAL)
__msg("Arg#0 type PTR in adds_without_check() is not supported yet.")
int argument_used_without_check(struct __sk_buff *skb)
{
	struct pair pair = { 1, 2 };

	return adds_without_check(&pair);
}

__weak __noinline int adds(struct pair *pair)
{
	return pair ? pair->left + pair->right : 0;
}

SEC("tc") __needs("bpf-to-bpf")
__success __retval(3)
__kernels("", "5.11") __failure __errno(EINVAL)
__msg("Arg#0 type PTR in adds() is not supported yet.")
int argument_used_after_check(struct __sk_buff *skb)
{
	struct pair pair = { 1, 2 };

	return adds(&pair);
}

SEC("tc")
__failure __errno(EINVAL)
__msg("Caller passes invalid args into func#1 ('adds')")
__kernels("5.12", "6.1") __msg("Caller passes invalid args into func#1")
__kernels("", "5.11") __msg("Arg#0 type PTR in adds() is not supported yet.")
int argument_that_is_too_small(struct __sk_buff *skb)
{
	__u32 one = 1;

	return adds((struct pair *)&one);
}

SEC("tc")
__failure __errno(EINVAL)
__msg("Caller passes invalid args into func#1 ('adds')")
__kernels("5.12", "6.1") __msg("Caller passes invalid args into func#1")
__kernels("", "5.11") __msg("Arg#0 type PTR in adds() is not supported yet.")
int argument_that_is_no_pair(struct __sk_buff *skb)
{
	return adds((struct pair *)skb);
}

__weak __noinline int reads_beyond(struct pair *pair)
{
	return pair ? ((volatile __u32 *)pair)[2] : 0;
}

/* Even if what this caller passes were large enough. */
SEC("tc")
__failure __errno(EACCES)
__msg("invalid access to memory, mem_size=8 off=8 size=4")
__kernels("", "5.11") __failure __errno(EINVAL)
__msg("Arg#0 type PTR in reads_beyond() is not supported yet.")
int argument_read_beyond_its_type(struct __sk_buff *skb)
{
	struct pair pairs[2] = {};

	return reads_beyond(pairs);
}

/* Knows nothing of the number it is given, although the only caller passes 3. */
__weak __noinline int shifts_block(__u32 index)
{
	__u32 key = 0;
	__u8 *block = bpf_map_lookup_elem(&blocks, &key);

	return block ? ((volatile __u8 *)block)[index] : 0;
}

SEC("tc")
__failure __errno(EACCES)
__msg("unbounded memory access, make sure to bounds check any such access")
int constant_argument_is_forgotten(struct __sk_buff *skb)
{
	return shifts_block(3);
}

static __always_inline int block_at(__u32 index)
{
	__u32 key = 0;
	volatile __u8 *block = bpf_map_lookup_elem(&blocks, &key);

	return block ? block[index] : 0;
}

static __noinline __u32 nibble(__u32 number)
{
	__sink(number);
	return number & 15;
}

__weak __noinline __u32 global_nibble(__u32 number)
{
	__sink(number);
	return number & 15;
}

/* A static function is followed, and what it returned is known. */
SEC("tc") __needs("bpf-to-bpf")
__success __retval(0)
int result_of_a_static_function(struct __sk_buff *skb)
{
	return block_at(nibble(skb->len));
}

SEC("tc")
__failure __errno(EACCES)
__msg("unbounded memory access, make sure to bounds check any such access")
int result_of_a_global_function(struct __sk_buff *skb)
{
	return block_at(global_nibble(skb->len));
}

char _license[] SEC("license") = "GPL";

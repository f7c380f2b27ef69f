// SPDX-License-Identifier: GPL-2.0-only
// An access through a map value must lie within value_size for every value that its offset may
// have: check_map_access() and check_mem_region_access() in kernel/bpf/verifier.c.
#include <case.h>

struct triple {
	__u32 word[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct triple);
} triples SEC(".maps");

/* The last byte is not the first one of anything else. */
#define COUNTING "u8:0 u8:1 u8:2 u8:3 u8:4 u8:5 u8:6 u8:7 u8:8 u8:9 u8:10 u8:11"

static __always_inline void *first_triple(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&triples, &key);
}

#define byte_at(pointer, offset) (*(volatile __u8 *)((void *)(pointer) + (offset)))

SEC("socket")
__success __success_unpriv
__put(triples, "u32:0", COUNTING)
__retval(11)
int read_last_byte(void *ctx)
{
	void *value = first_triple();

	return value ? byte_at(value, 11) : 0;
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid access to map value, value_size=12 off=12 size=1")
int read_byte_after_value(void *ctx)
{
	void *value = first_triple();

	return value ? byte_at(value, 12) : 0;
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("invalid access to map value, value_size=12 off=8 size=8")
int read_across_the_end(void *ctx)
{
	void *value = first_triple();

	return value ? *(volatile __u64 *)(value + 8) : 0;
}

/* Unprivileged it is refused at the addition: in speculation even the pointer must stay inside. */
SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("R0 min value is negative, either use unsigned index or do a if (index >=0) check.")
__msg_unpriv("pointer arithmetic of map value goes out of range, prohibited for !root")
__kernels("", "7.0")
__msg("invalid access to map value, value_size=12 off=-1 size=1")
__msg("min value is outside of the allowed memory range")
int read_before_value(void *ctx)
{
	void *value = first_triple();

	if (!value)
		return 0;
	asm volatile("%[value] += -1" : [value] "+r"(value));
	return byte_at(value, 0);
}

SEC("socket")
__failure __errno(EACCES)
__msg("unbounded memory access, make sure to bounds check any such access")
int index_without_check(struct __sk_buff *skb)
{
	void *value = first_triple();

	return value ? byte_at(value, skb->mark) : 0;
}

SEC("socket")
__failure __errno(EACCES)
__msg("invalid access to map value, value_size=12 off=12 size=1")
__msg("max value is outside of the allowed memory range")
int index_checked_one_too_far(struct __sk_buff *skb)
{
	void *value = first_triple();
	__u32 index = skb->mark;

	return value && index <= 12 ? byte_at(value, index) : 0;
}

SEC("socket")
__success __success_unpriv
__put(triples, "u32:0", COUNTING)
__retval(0)
int index_checked(struct __sk_buff *skb)
{
	void *value = first_triple();
	__u32 index = skb->mark;

	return value && index <= 11 ? byte_at(value, index) : 1;
}

/* What is not above 11 may still be below 0. */
SEC("socket")
__failure __errno(EACCES)
__msg("min value is negative, either use unsigned index or do a if (index >=0) check")
__naked int signed_index_checked_above_only(void)
{
	asm volatile ("					\
	r6 = *(u32 *)(r1 + %[mark]);			\
	r6 <<= 56;					\
	r6 s>>= 56;					\
	r1 = 0;						\
	*(u32 *)(r10 - 4) = r1;				\
	r2 = r10;					\
	r2 += -4;					\
	r1 = %[triples] ll;				\
	call %[bpf_map_lookup_elem];			\
	if r0 == 0 goto out;				\
	if r6 s> 11 goto out;				\
	r0 += r6;					\
	r0 = *(u8 *)(r0 + 0);				\
out:							\
	r0 = 0;						\
	exit;						\
"	:
	: __imm(bpf_map_lookup_elem), __imm_addr(triples),
	  __imm_const(mark, __builtin_offsetof(struct __sk_buff, mark))
	: __clobber_all);
}

char _license[] SEC("license") = "GPL";

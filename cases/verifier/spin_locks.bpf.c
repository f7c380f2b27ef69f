// SPDX-License-Identifier: GPL-2.0-only
// A program holds at most one lock, calls nothing while it does, and gives it back before it ends:
// process_spin_lock() and do_check() in kernel/bpf/verifier.c.
#include <case.h>

struct account {
	struct bpf_spin_lock lock;
	__u32 balance;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

static __always_inline struct account *find(__u32 number)
{
	return bpf_map_lookup_elem(&accounts, &number);
}

SEC("tc")
__success
__put(accounts, "u32:0", "zero:4 u32:41")
__retval(42)
int taken_and_given_back(struct __sk_buff *skb)
{
	struct account *account = find(0);
	__u32 balance;

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	balance = ++account->balance;
	bpf_spin_unlock(&account->lock);
	return balance;
}

SEC("tc")
__success __retval(0)
int given_back_on_both_paths(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	if (account->balance > 10) {
		bpf_spin_unlock(&account->lock);
		return 1;
	}
	account->balance++;
	bpf_spin_unlock(&account->lock);
	return 0;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("cannot be used inside bpf_spin_lock-ed region")
__kernels("", "6.12") __msg("bpf_spin_unlock is missing")
int never_given_back(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	return 0;
}

/* Taking a lock is a call like any other, whichever lock it is. */
SEC("tc")
__failure __errno(EINVAL)
__msg("function calls are not allowed while holding a lock")
int taken_twice(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	bpf_spin_lock(&account->lock);
	bpf_spin_unlock(&account->lock);
	return 0;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("bpf_spin_unlock without taking a lock")
__kernels("", "6.1") __failure __errno(EACCES)
int given_back_without_being_taken(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_unlock(&account->lock);
	return 0;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("bpf_spin_unlock of different lock")
__kernels("", "6.1") __failure __errno(EACCES)
int another_one_given_back(struct __sk_buff *skb)
{
	struct account *one = find(0), *other = find(1);

	if (!one || !other)
		return 0;
	bpf_spin_lock(&one->lock);
	bpf_spin_unlock(&other->lock);
	return 0;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("function calls are not allowed while holding a lock")
int helper_called_while_held(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	account->balance = bpf_get_prandom_u32();
	bpf_spin_unlock(&account->lock);
	return 0;
}

SEC("tc")
__failure __errno(EACCES)
__msg("bpf_spin_lock cannot be accessed directly by load/store")
int read_like_a_number(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	return *(volatile __u32 *)&account->lock;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("has no valid bpf_spin_lock")
__kernels("", "6.1") __failure __errno(EACCES)
__msg("map 'numbers' is not a struct type or bpf_spin_lock is mangled")
int any_four_bytes_for_a_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	void *number = bpf_map_lookup_elem(&numbers, &key);

	if (!number)
		return 0;
	bpf_spin_lock(number);
	bpf_spin_unlock(number);
	return 0;
}

SEC("tc")
__failure __errno(EINVAL)
__msg("off 4 doesn't point to 'struct bpf_spin_lock' that is at 0")
__kernels("", "6.1") __failure __errno(EACCES)
__msg("off 4 doesn't point to 'struct bpf_spin_lock'")
int beside_the_lock(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_lock((void *)&account->balance);
	bpf_spin_unlock((void *)&account->balance);
	return 0;
}

SEC("socket")
__failure __errno(EINVAL)
__msg("socket filter progs cannot use bpf_spin_lock yet")
__kernels("", "5.10") __msg("tracing progs cannot use bpf_spin_lock yet")
int taken_in_a_socket_filter(struct __sk_buff *skb)
{
	struct account *account = find(0);

	if (!account)
		return 0;
	bpf_spin_lock(&account->lock);
	bpf_spin_unlock(&account->lock);
	return 0;
}

char _license[] SEC("license") = "GPL";

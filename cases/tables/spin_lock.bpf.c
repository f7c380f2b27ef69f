// SPDX-License-Identifier: GPL-2.0-only
// A lock inside a value: copies in both directions leave it out, and user space sees zeros in its
// place (copy_map_value_locked() in kernel/bpf/helpers.c, check_and_init_map_value()).
#include "answers.h"

struct account {
	__u32 before;
	struct bpf_spin_lock lock;
	__u64 after;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps");

/* What user space wrote into the place of the lock does not come to it. */
SEC("tc")
__success __retval(0)
__put(accounts, "u32:1", "u32:10 hex:ffffffff u64:20")
__table(accounts, "u32:1", "u32:11 zero:4 u64:19")
int value_changed_under_its_lock(void *ctx)
{
	__u32 key = 1;
	struct account *account = bpf_map_lookup_elem(&accounts, &key);

	if (!account)
		return -1;
	bpf_spin_lock(&account->lock);
	account->before++;
	account->after--;
	bpf_spin_unlock(&account->lock);
	return 0;
}

/* BPF_F_LOCK copies into the old value under its lock. -ENOENT: BPF_EXIST wants one to be there. */
SEC("tc")
__success __retval(0)
__put(accounts, "u32:1", "u32:10 zero:4 u64:20")
__table(accounts, "u32:1", "u32:30 zero:4 u64:40") __table_entries(accounts, 1)
ANSWER(0, 0) ANSWER(1, -2) ANSWER(2, 40)
int value_replaced_under_its_lock(void *ctx)
{
	struct account other = { .before = 30, .after = 40 }, *account;
	__u32 key = 1, absent = 2;

	account = bpf_map_lookup_elem(&accounts, &key);
	if (!account)
		return -1;
	answer_error(0, bpf_map_update_elem(&accounts, &key, &other, BPF_F_LOCK | BPF_EXIST));
	answer_error(1, bpf_map_update_elem(&accounts, &absent, &other, BPF_F_LOCK | BPF_EXIST));
	/* The value was overwritten where it is. */
	answer(2, account->after);
	return 0;
}

char _license[] SEC("license") = "GPL";

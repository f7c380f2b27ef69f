// SPDX-License-Identifier: GPL-2.0-only
// One value that filters on both CPUs change under its lock, for scenario_locked.py: bpf_spin_lock() in
// kernel/bpf/helpers.c.
#include <case.h>

/* As much as makes it likely that the other CPU comes in between, if it can. */
#define WORDS 256
#define ROUNDS 8

struct account {
	struct bpf_spin_lock lock;
	__u32 cpu;	/* that had it last */
	__u64 turns;	/* how often it came from the other CPU */
	__u64 words[WORDS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct account);
} in_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct account);
} in_hash SEC(".maps");

/* No atomic operation: the lock is all that keeps the other CPU out. */
static __always_inline int count(void *table)
{
	__u32 i, key = 0, cpu = bpf_get_smp_processor_id();
	struct account *account = bpf_map_lookup_elem(table, &key);

	if (!account)
		return 1;
	bpf_spin_lock(&account->lock);
	for (i = 0; i < WORDS * ROUNDS; i++)
		account->words[i % WORDS]++;
	if (account->cpu != cpu)
		account->turns++;
	account->cpu = cpu;
	bpf_spin_unlock(&account->lock);
	return 1;
}

SEC("cgroup/sock_create")
int count_in_array(struct bpf_sock *ctx)
{
	return count(&in_array);
}

SEC("cgroup/sock_create")
int count_in_hash(struct bpf_sock *ctx)
{
	return count(&in_hash);
}

char _license[] SEC("license") = "GPL";

// SPDX-License-Identifier: GPL-2.0-only
/* Filters that work on tables at every system call, for scenario_concurrent.py. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct locked {
	struct bpf_spin_lock lock;
	__u32 one;
	__u32 two;
};

#define TABLE(name, kind, entries, value_type)		\
	struct {					\
		__uint(type, kind);			\
		__uint(max_entries, entries);		\
		__type(key, __u32);			\
		__type(value, value_type);		\
	} name SEC(".maps")

TABLE(atomic, BPF_MAP_TYPE_ARRAY, 1, __u64);
TABLE(per_cpu, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u64);
TABLE(by_cpu, BPF_MAP_TYPE_HASH, 64, __u64);
TABLE(guarded, BPF_MAP_TYPE_ARRAY, 1, struct locked);
TABLE(keys, BPF_MAP_TYPE_HASH, 100000, __u64);
TABLE(recent, BPF_MAP_TYPE_LRU_HASH, 256, __u64);
TABLE(turned_away, BPF_MAP_TYPE_ARRAY, 1, __u64);

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 512);
	__uint(key_size, 0);
	__uint(value_size, sizeof(__u64));
} queue SEC(".maps");

static __always_inline __u64 count(void *table)
{
	__u32 slot = 0;
	__u64 *value = bpf_map_lookup_elem(table, &slot);

	return value ? __sync_fetch_and_add(value, 1) : 0;
}

/* The same number in three places: by an atomic, by a value for each CPU, by a key for each. */
SEC("raw_tp/sys_enter")
int count_three_times(void *ctx)
{
	__u32 slot = 0, cpu = bpf_get_smp_processor_id();
	__u64 one = 1, *value;

	count(&atomic);
	value = bpf_map_lookup_elem(&per_cpu, &slot);
	if (value)
		__sync_fetch_and_add(value, 1);
	value = bpf_map_lookup_elem(&by_cpu, &cpu);
	if (value)
		__sync_fetch_and_add(value, 1);
	else
		bpf_map_update_elem(&by_cpu, &cpu, &one, BPF_ANY);
	return 0;
}

/* Under the lock the two are equal, whoever looks. */
SEC("tc")
int count_run_under_a_lock(void *ctx)
{
	__u32 slot = 0;
	struct locked *value = bpf_map_lookup_elem(&guarded, &slot);

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->one++;
	value->two++;
	bpf_spin_unlock(&value->lock);
	return 0;
}

/* Numbers from 1 on, each once. */
SEC("raw_tp/sys_enter")
int add_keys(void *ctx)
{
	__u64 number = count(&atomic) + 1;
	__u32 key = number;

	if (bpf_map_update_elem(&keys, &key, &number, BPF_NOEXIST))
		count(&turned_away);
	return 0;
}

SEC("raw_tp/sys_enter")
int push_numbers(void *ctx)
{
	__u64 number = count(&atomic);

	if (bpf_map_push_elem(&queue, &number, BPF_ANY))
		count(&turned_away);
	return 0;
}

/* More keys than there is place for, added and looked up. */
SEC("raw_tp/sys_enter")
int use_recent(void *ctx)
{
	__u64 number = count(&atomic), *value;
	__u32 key = number & 1023;

	bpf_map_update_elem(&recent, &key, &number, BPF_ANY);
	value = bpf_map_lookup_elem(&recent, &key);
	if (value && (*value & 1023) != key)
		count(&turned_away);
	return 0;
}

char _license[] SEC("license") = "GPL";

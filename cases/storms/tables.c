// SPDX-License-Identifier: GPL-2.0-only
// Tables whose entries come and go on one CPU while another walks over them; for the scenario beside it.
#include "counts.h"

#define KEYS 128

#define TABLE(name, kind)                                                                 \
	struct {                                                                          \
		__uint(type, kind);                                                       \
		__uint(max_entries, KEYS / 2);                                            \
		__type(key, __u32);                                                       \
		__type(value, __u64);                                                     \
	} name SEC(".maps");                                                              \
                                                                                          \
	/* One entry comes and one goes; the table is too small for all. */               \
	SEC("?raw_tp/sys_enter")                                                          \
	int churn_##name(void *ctx)                                                       \
	{                                                                                 \
		__u32 key = bpf_get_prandom_u32() % KEYS;                                 \
		__u64 value = key;                                                        \
                                                                                          \
		bpf_map_update_elem(&name, &key, &value, BPF_ANY);                        \
		key = bpf_get_prandom_u32() % KEYS;                                       \
		bpf_map_delete_elem(&name, &key);                                         \
		return count(0);                                                          \
	}

TABLE(hash, BPF_MAP_TYPE_HASH)
TABLE(lru, BPF_MAP_TYPE_LRU_HASH)
TABLE(lru_percpu, BPF_MAP_TYPE_LRU_PERCPU_HASH)

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__type(value, __u64);
} queue SEC(".maps");

SEC("?raw_tp/sys_enter")
int churn_queue(void *ctx)
{
	__u64 value = bpf_get_prandom_u32();

	bpf_map_push_elem(&queue, &value, BPF_EXIST);
	if (value % 2)
		bpf_map_pop_elem(&queue, &value);
	return count(0);
}

static long wrong_value(void *table, __u32 *key, __u64 *value, __u64 *wrong)
{
	*wrong += *key >= KEYS || *value >= KEYS;
	return 0;
}

/* An entry that goes may be another one by the time its value is looked at, but never anything else. */
SEC("?raw_tp")
int walk_hash(void *ctx)
{
	__u64 wrong = 0;

	bpf_for_each_map_elem(&hash, wrong_value, &wrong, 0);
	return wrong;
}

SEC("?raw_tp")
int walk_lru(void *ctx)
{
	__u64 wrong = 0;

	bpf_for_each_map_elem(&lru, wrong_value, &wrong, 0);
	return wrong;
}

char _license[] SEC("license") = "GPL";

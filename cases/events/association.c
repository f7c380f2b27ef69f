// SPDX-License-Identifier: GPL-2.0-only
// Filters that write down that they ran, so that their order is seen. Only what triggers do counts: the
// agent forks as well.
#include <case.h>

#define CALLS_MAX 15

struct calls {
	__u32 count;
	__u32 who[CALLS_MAX];
	__u32 each[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct calls);
} calls SEC(".maps");

static __always_inline int is_trigger(void)
{
	char name[16];

	if (bpf_get_current_comm(name, sizeof(name)))
		return 0;
	return name[0] == 'f' && name[1] == 'i' && name[2] == 'r' && name[3] == 'e' && !name[4];
}

/* Not atomic: one process at a time does what the filters are attached to. */
static __always_inline int note(__u32 filter)
{
	__u32 key = 0;
	struct calls *all = bpf_map_lookup_elem(&calls, &key);
	__u32 place;

	if (!all || !is_trigger())
		return 0;
	place = all->count++;
	if (place < CALLS_MAX)
		all->who[place] = filter;
	all->each[filter]++;
	return 0;
}

#define FILTER(name, section, number) \
	SEC(section) int name(void *ctx) { return note(number); }
#define THREE(kind, section) \
	FILTER(kind##_1, section, 1) \
	FILTER(kind##_2, section, 2) \
	FILTER(kind##_3, section, 3)

THREE(raw, "?raw_tp/sched_process_fork")
THREE(tp, "?tp/sched/sched_process_fork")
THREE(probe, "?kprobe/shmem_rmdir")
THREE(entry, "?fentry/shmem_rmdir")
THREE(exit, "?fexit/shmem_rmdir")


char _license[] SEC("license") = "GPL";
